{
  imports = [ ./other.nix ];
  network.name = "bad";
  nodes.alpha = { };
  nodes.beta = { };
  externals.phone = { };
  exports.networks.first.members = {
    alpha.interface = "wg0";
    beta.interface = "wg0";
    phone.interface = "tun0";
  };
}
