{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  deploy.order.x = {
    nodes = [ "betta" ];
    after = [ "alpha" ];
  };
}
