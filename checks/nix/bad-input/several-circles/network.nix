{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  nodes.gamma = { };
  nodes.delta = { };
  nodes.alpha.deploy.after = [ "beta" ];
  nodes.beta.deploy.after = [ "alpha" ];
  deploy.order.there = {
    nodes = [ "gamma" ];
    after = [ "delta" ];
    before = [ "delta" ];
  };
  deploy.order.long = {
    nodes = [ "alpha" ];
    after = [ "gamma" ];
    before = [ "gamma" ];
  };
}
