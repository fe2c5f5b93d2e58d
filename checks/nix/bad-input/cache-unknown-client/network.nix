{
  imports = [ (import ../../../../modules).nix-cache ];
  network.name = "home";
  nodes.alpha.addresses = [ "192.0.2.1" ];
  nix-cache.main = {
    servers.alpha = { };
    clients = [ "alhpa" ];
  };
}
