{
  network.name = "home";
  nodes.alpha = { };
  roles.web.nodes = [ "*" ];
  rollout.canary = "alpha";
}
