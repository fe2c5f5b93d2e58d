{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  deploy.order.x = {
    first = [ "alpha" ];
    next = [ "betta" ];
  };
}
