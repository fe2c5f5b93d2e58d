{
  imports = [ ./other.nix ];
  network.name = "bad";
  nodes.alpha = { };
  nodes.beta = { };
  exports.networks.cable = {
    subnets = [
      "10.1.0.0/16"
      "fd00::/48"
      "fd00:0:0:7::/64"
    ];
  };
}
