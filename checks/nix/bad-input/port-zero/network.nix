{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  wireguard-mesh.wg0.subnet = "10.10.0.0/24";
  wireguard-mesh.wg0.members.alpha.listenPort = 0;
}
