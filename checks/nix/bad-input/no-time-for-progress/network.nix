{
  network.name = "home";
  nodes.alpha = { };
  roles.web = {
    nodes = [ "alpha" ];
    rollout.healthyDeadline = 900;
  };
}
