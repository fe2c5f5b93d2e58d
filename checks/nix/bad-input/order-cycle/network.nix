{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  deploy.order.there = {
    nodes = [ "beta" ];
    after = [ "alpha" ];
  };
  deploy.order.back = {
    nodes = [ "alpha" ];
    after = [ "beta" ];
  };
}
