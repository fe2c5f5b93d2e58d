{
  exports.services.alpha = {
    vpn.port = 443;
    # Another protocol, another address.
    dns-over-tcp.port = 53;
    two = {
      port = 8080;
      address = "10.0.0.2";
    };
  };
}
