{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  rollout.canary = true;
  roles.a.nodes = [ "alpha" ];
  roles.b.nodes = [ "alpha" ];
}
