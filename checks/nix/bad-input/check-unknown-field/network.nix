{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  nodes.gamma.checks.x.httpGett.port = 80;
}
