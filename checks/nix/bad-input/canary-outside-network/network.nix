{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  rollout.canary = "alpah";
}
