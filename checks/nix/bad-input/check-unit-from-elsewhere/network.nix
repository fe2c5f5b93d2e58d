{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  checks.alpha.x = {
    unit = "sshd.service";
    from = "deployer";
  };
}
