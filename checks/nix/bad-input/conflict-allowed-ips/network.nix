{
  imports = [ ./other.nix ];
  network.name = "bad";
  nodes.alpha = { };
  nodes.beta = { };
  nodes.gamma = { };
  exports.networks.wg0.members = {
    alpha.allowedIPs = [ "192.168.0.0/16" ];
    gamma.allowedIPs = [ "0.0.0.0/0" ];
  };
}
