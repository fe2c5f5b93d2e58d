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
    first = [ "role:a" ];
    next = [ "role:b" ];
  };
  deploy.order.back = {
    first = [ "role:b" ];
    next = [ "role:a" ];
  };
}
