{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  deploy.steps.one = {
    kind = "command";
    on = "alpha";
    command = "true";
    before = [ "gate:web:1" ];
  };
}
