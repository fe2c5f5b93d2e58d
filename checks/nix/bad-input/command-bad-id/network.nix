{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  deploy.steps."activate:gamma" = {
    kind = "command";
    on = "deployer";
    command = "true";
  };
}
