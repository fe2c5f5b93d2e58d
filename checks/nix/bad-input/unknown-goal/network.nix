{
  network.name = "home";
  nodes.alpha.activation.goal = "reboot";
}
