{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta.addresses = [ "beta" ];
  deploy.steps."activate:beta".after = [ "activate:gamma" ];
  deploy.steps."activate:delta".after = [ "activate:alpha" ];
}
