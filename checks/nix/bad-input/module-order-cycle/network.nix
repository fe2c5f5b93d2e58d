{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/24";
    members.alpha = { };
  };
  roles.web.nodes = [ "beta" ];
  deploy.order.mesh-first = {
    nodes = [ "role:web" ];
    after = [ "module:wireguard-mesh.wg0" ];
  };
  deploy.order.web-first = {
    nodes = [ "module:wireguard-*" ];
    after = [ "role:web" ];
  };
}
