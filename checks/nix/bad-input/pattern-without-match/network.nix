{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  deploy.order.x = {
    first = [ "db*" ];
    next = [ "alpha" ];
  };
}
