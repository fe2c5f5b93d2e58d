# Backups of nodes on other nodes, with Borg: clients can add to their backups but not destroy them, servers cannot read them.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  hostKeyOf = server: config.exports.publicKeys.ssh-host.${server};

  keyOf =
    table:
    { neededBy, node }:
    let
      key = netlib.getFact {
        inherit neededBy node;
        name = table.fact;
      };
    in
    if netlib.ssh.isPublicKey key then
      key
    else
      netlib.errors.fail "the fact `${table.fact}` of node `${node}` is no SSH public key. Run: netlib facts gather --on ${node}";

  clientConfigurations = import ./client-configuration.nix { inherit lib netlib hostKeyOf; };
in
netlib.instances {
  name = "backup";
  description = "Backups by instance name. In an instance each client has a repository of its own on each of its servers.";
  example = ''
    {
      main = {
        servers.vault.directory = "/mnt/vault/backup";
        clients = {
          web = { };
          shop.paths = [ "/srv/shop" ];
        };
        paths = [ "/home" "/var/lib" ];
      };
    }
  '';

  options.imports = [
    (import ./options.nix {
      inherit netlib;
      sshPortOf = server: config.ssh-host-keys.${server}.port;
    })
  ];
  table = import ./table.nix { inherit lib netlib; };
  members = settings: builtins.attrNames (settings.servers // settings.clients);

  together =
    { tables, ... }:
    {
      assertions = import ./assertions.nix { inherit lib netlib; } { inherit tables options; };
    };

  instance =
    {
      id,
      instance,
      table,
      ...
    }:
    let
      clients = clientConfigurations table;
    in
    {
      warnings = lib.optional (table.wantsRecipients && table.clients != { }) (
        "backup.${instance}: when a client is lost, nobody can read its backups, as only itself knows their passphrase. "
        + "Set backup.${instance}.recoveryRecipients to your age or SSH public key, or to null when you keep copies of the passphrases yourself."
      );
      facts = import ./gather.nix { inherit lib; } table;
      ssh-host-keys = lib.mapAttrs (_: _: { }) table.servers;
      configure = lib.mkMerge [
        (import ./server-configuration.nix {
          inherit lib;
          keyOf = keyOf table;
        } table)
        clients.configurations
      ];
      checks = import ./checks.nix { inherit lib; } (table // { inherit (clients) loginOf; });
      exports.connections.${id} = {
        label = "backup";
        links = lib.concatLists (
          lib.mapAttrsToList (
            client: settings:
            map (server: {
              from = client;
              to = server;
            }) settings.servers
          ) table.clients
        );
      };
      exports.publicKeys.${id} = lib.mapAttrs (
        node: _:
        keyOf table {
          inherit node;
          neededBy = "its backup server";
        }
      ) table.clients;
    };
  sets = [ "ssh-host-keys" ];
  imports = [ ../shared/ssh-host-keys.nix ];

  # Servers first; two that keep each other's backups have no order.
  order =
    { table, ... }:
    lib.optionalAttrs (table.servers != { }) {
      nodes = lib.subtractLists (builtins.attrNames table.servers) (builtins.attrNames table.clients);
      after = builtins.attrNames table.servers;
    };
}
