{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  deploy.order.there = {
    first = [ "alpha" ];
    next = [ "beta" ];
  };
  deploy.order.back = {
    first = [ "beta" ];
    next = [ "alpha" ];
  };
}
