{
  network.name = "home";
  nodes.alpha.tags = [ "edge" ];
  rollouts.one.nodes = [ "@edge" ];
  rollouts.two.nodes = [ "al*" ];
  rollouts.three = {
    nodes = [ "@egde" ];
    canary = "alpha";
  };
  rollouts.network.nodes = [ "gamma" ];
  nodes.gamma = { };
  rollouts.web.nodes = [ "beta" ];
  roles.web.rollout.canary = true;
  nodes.beta = { };
}
