{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  nodes.gamma = { };
  nodes.delta = { };
  wireguard-mesh.a.subnet = "10.0.0.0/8";
  wireguard-mesh.b.subnet = "10.10.0.0/24";
}
