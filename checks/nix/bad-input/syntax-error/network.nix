{
  network.name = "home"
  nodes.alpha = { };
}
