# Backups of nodes on other nodes, with Borg: clients can add to their backups but not destroy them, servers cannot read them.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  instances = config.backup;
  tables = lib.mapAttrs (import ./table.nix { inherit lib netlib; }) instances;
  each = f: lib.mkMerge (lib.mapAttrsToList (_: f) tables);

  # Of all instances: a node of one may be the client of another.
  servers = lib.concatMapAttrs (_: table: table.servers) tables;

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
      netlib.errors.fail "the fact \"${table.fact}\" of node \"${node}\" is no SSH public key. Run: netlib facts gather --on ${node}";

  clientConfigurations = import ./client-configuration.nix { inherit lib netlib hostKeyOf; };
in
{
  imports = [ ../shared/ssh-host-keys.nix ];

  options.backup = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule (
        import ./options.nix {
          inherit netlib;
          sshPortOf = server: config.ssh-host-keys.${server}.port;
        }
      )
    );
    default = { };
    description = ''
      Backups by instance name. In an instance each client has a repository of its own on each of its servers.
    '';
    example = lib.literalExpression ''
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
  };

  config = {
    assertions = import ./assertions.nix { inherit lib netlib; } {
      inherit tables options;
    };

    warnings = lib.concatMap (
      table:
      lib.optional (table.wantsRecipients && table.clients != { }) (
        "backup.${table.name}: when a client is lost, nobody can read its backups, as only itself knows their passphrase. "
        + "Set backup.${table.name}.recoveryRecipients to your age or SSH public key, or to null when you keep copies of the passphrases yourself."
      )
    ) (builtins.attrValues tables);

    gather = each (import ./gather.nix { inherit lib; });
    ssh-host-keys = lib.mapAttrs (_: _: { }) servers;

    configure = lib.mkMerge [
      (each (
        table:
        import ./server-configuration.nix {
          inherit lib;
          keyOf = keyOf table;
        } table
      ))
      (each (table: (clientConfigurations table).configurations))
    ];

    checks = each (
      table:
      import ./checks.nix { inherit lib; } (table // { inherit (clientConfigurations table) loginOf; })
    );

    exports.members.backup = lib.mapAttrs (
      _: settings: builtins.attrNames (settings.servers // settings.clients)
    ) instances;

    exports.publicKeys = lib.mapAttrs' (
      name: table:
      lib.nameValuePair "backup-${name}" (
        lib.mapAttrs (
          node: _:
          keyOf table {
            inherit node;
            neededBy = "its backup server";
          }
        ) table.clients
      )
    ) tables;

    # Servers first, as far as two do not keep each other's backups.
    deploy.order = lib.mapAttrs' (
      name: table:
      lib.nameValuePair "backup-${name}" {
        nodes = builtins.attrNames (removeAttrs table.clients (builtins.attrNames servers));
        after = builtins.attrNames table.servers;
        yields = true;
      }
    ) (lib.filterAttrs (_: table: table.clients != { } && table.servers != { }) tables);
  };
}
