{
  _class = "nixos";
  network.name = "home";
}
