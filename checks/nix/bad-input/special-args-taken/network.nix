{
  network.name = "home";
  specialArgs.node = "mine";
  nodes.alpha.specialArgs.config = { };
}
