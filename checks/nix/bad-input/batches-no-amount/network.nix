{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  rollout.batches = [
    "many"
    "100%"
  ];
}
