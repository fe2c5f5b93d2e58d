{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.all = {
    nodes = [ "*" ];
    rollout.canary = "beta";
  };
  nodes.beta.deploy.after = [ "alpha" ];
}
