{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  rollout.minHealthyTime = 300;
}
