# Who looks after the machines: Prometheus and the backups of all others are on vault.
{ config, ... }:
{
  # `ssh -L 3000:localhost:3000 root@vault.example.org` shows Grafana at http://localhost:3000.
  monitoring.main = {
    servers = [ "vault" ];
    grafana = { };
    # alertmanagers = [ "localhost:9093" ];
  };

  # What runs where, and how it is, for all who are in the mesh: at https://ADDRESS:8443, with the address that vault has there.
  status-page.servers = [ "vault" ];

  # Each machine every night, at a time of its own. vault cannot read the backups, and the others cannot destroy them.
  backup.main = {
    servers.vault = { };
    clients."!vault" = { };
    paths = [
      "/home"
      "/var/lib"
    ];
    # Who can restore when a machine is lost: age takes keys of SSH (ed25519 and RSA) too.
    recoveryRecipients = config.ssh-access.users.anna.keys;
  };
}
