{
  imports = [ (import ../../../../modules).backup ];
  network.name = "home";
  nodes.vault.addresses = [ "vault.example.org" ];
  backup.daily = {
    servers.vault = { };
    clients.vault.paths = [ "/home" ];
  };
}
