{
  meta.nixpkgs = null;
  network.name = "home";
  nodes.db = { };
}
