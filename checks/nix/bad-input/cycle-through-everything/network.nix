{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles.web = {
    nodes = [ "web*" ];
    rollout.batches = [
      1
      "100%"
    ];
  };
  nodes.web1 = { };
  nodes.web2 = { };
  deploy.order.module = {
    first = [ "role:web" ];
    next = [ "alpha" ];
  };
  deploy.steps.migrate = {
    kind = "command";
    on = "deployer";
    command = "true";
    after = [ "alpha" ];
    before = [ "web1" ];
  };
}
