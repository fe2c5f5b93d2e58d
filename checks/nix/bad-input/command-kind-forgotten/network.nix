{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  deploy.steps.migrate = {
    on = "deployer";
    command = "true";
  };
}
