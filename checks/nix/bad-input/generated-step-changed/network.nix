{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  deploy.steps."copy:alpha" = {
    kind = "copy";
    node = "beta";
  };
  deploy.steps."build:beta" = {
    kind = "command";
    on = "deployer";
    command = "true";
  };
}
