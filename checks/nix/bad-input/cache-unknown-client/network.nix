{
  imports = [ (import ../../../../modules).nix-cache ];
  network.name = "home";
  nodes.alpha = { };
  nix-cache.main.clients = [ "alhpa" ];
}
