{
  imports = [ ./other.nix ];
  network.name = "bad";
  nodes.alpha = { };
  exports.services.alpha = {
    web.port = 443;
    dns = {
      port = 53;
      protocol = "udp";
    };
    one = {
      port = 8080;
      address = "10.0.0.1";
    };
  };
}
