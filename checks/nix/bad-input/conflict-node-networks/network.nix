{
  imports = [ ./other.nix ];
  network.name = "bad";
  nodes.alpha = { };
  nodes.beta.addresses = [
    "beta.example.org"
    "10.1.0.9"
  ];
  nodes.gamma.addresses = [ "10.1.0.3" ];
  exports.networks.cable = {
    subnets = [ "10.1.0.0/16" ];
    members.alpha.addresses = [ "10.1.0.1" ];
    members.gamma.addresses = [ "10.1.0.3" ];
  };
}
