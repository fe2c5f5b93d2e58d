{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/24";
    members.alpha = { };
  };
  deploy.order.x = {
    nodes = [ "beta" ];
    after = [ "module:wireguard-mesh.wg1" ];
  };
}
