{
  imports = [ (import ../../../../modules).reverse-proxy ];
  network.name = "home";
  nodes.gate.addresses = [ "192.0.2.1" ];
  nodes.forge.addresses = [ "192.0.2.2" ];
  exports.services.forge.web.port = 80;
  reverse-proxy.public = {
    node = "gate";
    email = "admin@example.org";
    sites."git.example.org" = {
      node = "forge";
      service = "wbe";
    };
  };
}
