{
  network.name = "home";
  nodes.alpha = { };
  roles.web = {
    nodes = [ "alpha" ];
    rollout.timing.healthyDeadline = 900;
  };
}
