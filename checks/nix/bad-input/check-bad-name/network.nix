{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  checks.alpha."a/b".booted = true;
}
