{
  network.name = "home";
  nodes.db.services.openssh.enable = true;
  nodes.db.imports = [ ];
}
