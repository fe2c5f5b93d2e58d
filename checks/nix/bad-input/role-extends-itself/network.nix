{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.a.extends = [ "a" ];
  roles.a.rollout.canary = true;
}
