{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.network.nodes = [ "alpha" ];
}
