{
  imports = [ ./web.nix ];
  network.name = "home";
  nodes.db = { };
}
