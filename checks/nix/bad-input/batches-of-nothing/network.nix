{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  rollout.batches = [
    "0%"
    "100%"
  ];
}
