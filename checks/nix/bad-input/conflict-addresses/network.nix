{
  imports = [ ./other.nix ];
  network.name = "bad";
  nodes.alpha = { };
  nodes.beta = { };
  exports.networks.cable = {
    subnets = [ "10.1.0.0/30" ];
    members.alpha.addresses = [ "10.1.0.1" ];
    members.beta.addresses = [ "10.1.0.1" ];
  };
}
