{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  wireguard-mesh.wg0.subnet = "10.20.0.0";
}
