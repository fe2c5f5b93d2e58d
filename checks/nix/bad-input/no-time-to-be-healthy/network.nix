{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  rollout.timing.minHealthyTime = 300;
}
