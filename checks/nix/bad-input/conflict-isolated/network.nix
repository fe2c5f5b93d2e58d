{
  imports = [ ./other.nix ];
  network.name = "bad";
  nodes.alpha = { };
  nodes.beta = { };
  exports.networks.house = {
    isolated = true;
    subnets = [ "192.168.1.0/24" ];
    members.alpha.addresses = [ "192.168.1.2" ];
  };
}
