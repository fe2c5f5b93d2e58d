{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta = { };
  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/24";
    members.alpha = { };
  };
  roles.web = {
    nodes = [ "web*" ];
    rollout.batches = [
      1
      "100%"
    ];
  };
  nodes.web1 = { };
  nodes.web2 = { };
  deploy.order.mesh-last = {
    nodes = [ "module:wireguard-mesh.wg0" ];
    after = [ "role:web" ];
  };
  deploy.steps.migrate = {
    kind = "command";
    on = "deployer";
    command = "true";
    after = [ "alpha" ];
    before = [ "web1" ];
  };
}
