{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  checks.betta.x.booted = true;
}
