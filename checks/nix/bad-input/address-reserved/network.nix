{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  nodes.gamma.addresses = [ "gamma" ];
  wireguard-mesh.wg0.subnet = [
    "10.10.0.0/24"
    "fd00:10::/64"
  ];
  wireguard-mesh.wg0.members.alpha.address = "10.10.0.0";
  wireguard-mesh.wg0.members.beta.address = "10.10.0.255";
  wireguard-mesh.wg0.members.gamma.address = "fd00:10::";
}
