{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.web = {
    nodes = [ "alpha" ];
    rollout.batches = [
      "50%"
      1
      "25%"
      "100%"
    ];
  };
}
