{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.a.extends = [ "b" ];
  roles.b.extends = [ "c" ];
  roles.c.extends = [ "a" ];
}
