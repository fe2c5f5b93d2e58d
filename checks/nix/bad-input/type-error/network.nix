{
  network.name = "home";
  nodes.alpha.target.port = "ssh";
}
