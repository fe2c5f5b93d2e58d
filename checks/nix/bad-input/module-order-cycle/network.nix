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
    first = [ "module:wireguard-mesh.wg0" ];
    next = [ "role:web" ];
  };
  deploy.order.web-first = {
    first = [ "role:web" ];
    next = [ "module:wireguard-*" ];
  };
}
