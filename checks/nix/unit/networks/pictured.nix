# The network of the pictures: two nodes and a phone, a network of all and one of links, a service.
{
  network.name = "home";
  nodes.alpha = {
    addresses = [ "alpha.example.org" ];
    tags = [ "edge" ];
  };
  nodes.beta = { };
  roles.web.nodes = [ "alpha" ];
  externals.phone.description = "Anna's \"phone\"";
  exports.networks.lan = {
    label = "lan";
    preference = 20;
    subnets = [ "192.168.7.0/24" ];
    members.alpha.addresses = [ "192.168.7.1" ];
    members.beta.addresses = [ "192.168.7.2" ];
  };
  exports.networks.wg0 = {
    label = "wg0";
    description = "WireGuard mesh wg0";
    subnets = [ "10.10.0.0/24" ];
    relays = [ "alpha" ];
    members = {
      alpha = {
        addresses = [ "10.10.0.1" ];
        allowedIPs = [ "10.20.0.0/16" ];
        interface = "wg0";
      };
      beta = {
        addresses = [ "10.10.0.2" ];
        interface = "wg0";
      };
      phone.addresses = [ "10.10.0.3" ];
    };
    links = [
      {
        from = "alpha";
        to = "beta";
      }
      {
        from = "alpha";
        to = "phone";
      }
      {
        from = "beta";
        to = "phone";
        via = "alpha";
      }
    ];
  };
  exports.connections.copies = {
    label = "copies";
    links = [
      {
        from = "alpha";
        to = "beta";
      }
    ];
  };
  exports.services.alpha.web = {
    port = 443;
    scheme = "https";
    clients = [
      "beta"
      "phone"
    ];
  };
}
