{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  deploy.order.x = {
    nodes = [ "alpha" ];
    after = [ "db*" ];
  };
}
