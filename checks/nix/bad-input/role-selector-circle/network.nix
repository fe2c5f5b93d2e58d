{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.a.nodes = [ "role:b" ];
  roles.b.nodes = [ "!role:a" ];
}
