{
  imports = [ (import ../../../../modules).backup ];
  network.name = "home";
  nodes.vault = { };
  backup.daily = {
    servers.vault = { };
    clients.vault.paths = [ "/home" ];
    recoveryKeys = [ ];
  };
}
