{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  deploy.steps.migrate = {
    kind = "command";
    on = "betta";
    command = "true";
  };
}
