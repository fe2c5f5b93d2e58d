{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.web = {
    nodes = [ "alpha" ];
    rollout.batches = [
      "150%"
      "100%"
    ];
  };
}
