{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  deploy.steps.one = {
    kind = "command";
    on = "alpha";
    command = "true";
    after = [ "onne" ];
  };
}
