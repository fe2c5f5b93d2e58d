{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.web.nodes = [ "alpha && beta" ];
}
