{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.a = {
    nodes = [ "alpha" ];
    rollout.canary = true;
  };
  roles.b = {
    nodes = [ "beta" ];
    rollout.canary = true;
  };
  deploy.order.there = {
    nodes = [ "role:b" ];
    after = [ "role:a" ];
  };
  deploy.order.back = {
    nodes = [ "role:a" ];
    after = [ "role:b" ];
  };
}
