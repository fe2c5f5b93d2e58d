{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  nodes.gamma = { };
  nodes.delta = { };
  wireguard-mesh.wg0.subnet = "10.10.0.0/24";
  wireguard-mesh.wg0.members.alpha = { };
  wireguard-mesh.wg0.members.beta = { };
  wireguard-mesh.wg0.members.delta = { };
}
