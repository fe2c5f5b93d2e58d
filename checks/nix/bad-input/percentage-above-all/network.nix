{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  rollout.maxUnavailable = "101%";
}
