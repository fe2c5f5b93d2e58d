{
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  roles."no spaces" = { };
}
