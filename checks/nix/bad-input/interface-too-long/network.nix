{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  nodes.gamma = { };
  nodes.delta = { };
  wireguard-mesh.a-very-long-instance.subnet = "10.10.0.0/24";
}
