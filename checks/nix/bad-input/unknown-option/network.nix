{
  network.name = "home";
  nodes.alpha.taget.host = "x";
}
