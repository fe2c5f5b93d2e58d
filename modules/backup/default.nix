# Backups with Borg: clients add to repositories on servers, where they can take nothing away for good.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  instances = config.backup;

  backups = lib.mapAttrs (instance: settings: {
    table = import ./table.nix { inherit lib; } instance settings;
    inherit settings;
  }) instances;
  merged = f: lib.mkMerge (lib.mapAttrsToList (_: f) backups);

  factOf =
    fact: node: neededBy:
    netlib.getFact {
      inherit node neededBy;
      name = fact;
    };
  publicKeyOf =
    table: client:
    let
      key = factOf table.keyFact client table.clients.${client}.server;
    in
    if netlib.ssh.isPublicKey key then
      key
    else
      netlib.errors.fail "the fact \"${table.keyFact}\" of node \"${client}\" is no SSH public key. Run: netlib facts gather --on ${client}";

  configureOf =
    { table, ... }@backup:
    lib.mkMerge [
      (lib.mapAttrs (import ./client.nix {
        inherit lib netlib;
        hostKeys = config.exports.publicKeys.ssh-host;
      } backup) table.clients)
      (lib.mapAttrs (import ./server.nix {
        inherit lib;
        publicKeyOf = publicKeyOf table;
        recoveryOf = client: factOf table.recoveryFact client table.clients.${client}.server;
      } backup) table.servers)
    ];

  checksOf =
    { table, ... }:
    lib.mapAttrs (_: _: {
      "backup-${table.instance}" = {
        description = "The backup server lets the client in, and the last backup did not fail";
        exec = {
          packages = pkgs: [
            pkgs.coreutils
            pkgs.openssh
            pkgs.systemd
          ];
          script = ''
            ${lib.toShellVars {
              configuration = "/etc/${table.configuration}";
              unit = "borgbackup-job-${table.instance}";
            }}
            ${builtins.readFile ./scripts/check.sh}
          '';
        };
        timeout = 20;
      };
    }) table.clients;

  orderOf =
    { table, ... }:
    {
      "backup-${table.instance}" = {
        first = builtins.attrNames table.servers;
        next = builtins.filter (name: !(table.servers ? ${name})) (builtins.attrNames table.clients);
      };
    };
in
{
  imports = [ ../shared/ssh-host-keys.nix ];

  options.backup = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule (
        import ./options.nix {
          inherit netlib;
          inherit (config) nodes;
        }
      )
    );
    default = { };
    description = "Backups of nodes on other nodes, by instance name.";
    example = lib.literalExpression ''
      {
        daily = {
          servers.vault = { };
          clients.web.paths = [ "/var/lib" ];
          recoveryKeys = [ "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudd5nscqw4r9wr" ];
        };
      }
    '';
  };

  config = {
    assertions = import ./assertions.nix { inherit lib netlib; } {
      inherit instances;
      fileOf = netlib.errors.definedIn options.backup;
    };

    ssh-host-keys = merged ({ table, ... }: lib.mapAttrs (_: _: { }) table.servers);
    gather = merged ({ table, ... }: import ./gather.nix { inherit lib; } table);
    configure = merged configureOf;
    checks = merged checksOf;
    deploy.order = merged orderOf;
    exports.publicKeys = merged (
      { table, ... }: {
        ${table.keyFact} = lib.mapAttrs (client: _: publicKeyOf table client) table.clients;
      }
    );
  };
}
