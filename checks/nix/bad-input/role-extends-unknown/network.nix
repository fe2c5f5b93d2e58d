{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.web.extends = [ "bass" ];
  roles.base = { };
}
