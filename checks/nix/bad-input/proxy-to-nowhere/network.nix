{
  imports = [ (import ../../../../modules).reverse-proxy ];
  network.name = "home";
  nodes.gate.addresses = [ "192.0.2.1" ];
  nodes.forge.addresses = [ "192.0.2.2" ];
  exports.services.forge.web.port = 80;
  reverse-proxy.public = {
    proxies.gate = { };
    acme = {
      acceptTerms = true;
      email = "admin@example.org";
    };
    hosts."git.example.org".backends.forge.service = "wbe";
  };
}
