# The example of the README: a router that serves the names of a home, two machines, a phone.
{
  nodes.router.addresses = [ "router.example.org" ];
  nodes.alpha = { };
  nodes.beta.addresses = [ "203.0.113.7" ];
  externals.phone.description = "Anna's phone";

  exports.networks.lan = {
    subnets = [ "192.168.7.0/24" ];
    preference = 20;
    members.router = {
      addresses = [ "192.168.7.1" ];
      interface = "enp1s0";
    };
    members.alpha.addresses = [ "192.168.7.10" ];
    members.phone.addresses = [ "192.168.7.20" ];
  };
  exports.networks.wg0 = {
    subnets = [
      "10.10.0.0/24"
      "fd00:10::/64"
    ];
    members.router.addresses = [
      "10.10.0.1"
      "fd00:10::1"
    ];
    members.alpha.addresses = [ "10.10.0.2" ];
    members.beta.addresses = [ "10.10.0.3" ];
  };

  hosts.home = {
    domain = "home.arpa";
    dns.nodes = [ "router" ];
  };
}
