# Options of one backup instance.
{ netlib, nodes }:
{
  lib,
  name,
  config,
  ...
}:
let
  inherit (lib) types;
  instanceName = name;
  instance = config;

  server =
    { name, ... }:
    {
      options = {
        path = lib.mkOption {
          type = types.strMatching "/[^[:space:]]+";
          default = "/var/lib/netlib-backup/${instanceName}";
          defaultText = lib.literalExpression ''"/var/lib/netlib-backup/<instance>"'';
          description = "Directory on the server with the clients' repositories. It must be one file system.";
          example = "/srv/backup";
        };

        port = lib.mkOption {
          type = netlib.types.port;
          default = if nodes.${name}.target.port == null then 22 else nodes.${name}.target.port;
          defaultText = lib.literalExpression "nodes.<name>.target.port or 22";
          description = "TCP port of the server's sshd, through which clients come.";
          example = 2222;
        };
      };
    };

  client =
    { name, ... }:
    let
      servers = builtins.attrNames instance.servers;
      # The highest of the hashes: one more server only takes over clients, it never shuffles them.
      weight = server: builtins.hashString "sha256" "${instanceName}/${server}/${name}";
    in
    {
      options = {
        server = lib.mkOption {
          type = types.nullOr netlib.references.node;
          default =
            if servers == [ ] then null else builtins.head (lib.sort (a: b: weight a > weight b) servers);
          defaultText = lib.literalMD "by a hash of the names, so that clients spread over the servers";
          description = "The server that keeps the client's backups.";
          example = "vault";
        };

        paths = lib.mkOption {
          type = types.listOf (types.strMatching "/.*");
          default = [ ];
          description = "Files and directories that are backed up.";
          example = [
            "/home"
            "/var/lib"
          ];
        };

        exclude = lib.mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Patterns of what is left out, as Borg writes them.";
          example = [ "*/.cache" ];
        };
      };
    };

  count =
    default: description:
    lib.mkOption {
      type = types.ints.unsigned;
      inherit default description;
      example = default + 1;
    };
in
{
  options = {
    servers = lib.mkOption {
      type = netlib.references.attrsOfNodes (types.submodule server);
      default = { };
      description = "Nodes that keep backups.";
      example = lib.literalExpression ''{ vault.path = "/srv/backup"; }'';
    };

    clients = lib.mkOption {
      type = netlib.references.attrsOfNodes (types.submodule client);
      default = { };
      description = "Nodes that are backed up.";
      example = lib.literalExpression ''{ web.paths = [ "/var/lib" ]; }'';
    };

    recoveryKeys = lib.mkOption {
      type = types.listOf (types.strMatching "(age1|ssh-)[^\n]+");
      description = ''
        Public keys (of age, or of SSH) of people who shall be able to read the backups when a client is lost. Each client encrypts its
        passphrase to them; that is the fact `backup-<instance>-recovery`. An empty list means: whoever loses a client loses its backups.
      '';
      example = [ "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudd5nscqw4r9wr" ];
    };

    window = {
      start = lib.mkOption {
        type = types.strMatching "([01][0-9]|2[0-3]):[0-5][0-9]";
        default = "01:00";
        description = "When backups may start each day, in the clients' time zone.";
        example = "22:30";
      };

      minutes = lib.mkOption {
        type = types.ints.between 1 1440;
        default = 240;
        description = "Over how many minutes from then on the clients are spread. A client's minute depends on its name only.";
        example = 60;
      };
    };

    keep = {
      daily = count 7 "For how many days the last backup of each day is kept.";
      weekly = count 4 "For how many weeks the last backup of each week is kept.";
      monthly = count 6 "For how many months the last backup of each month is kept.";
    };

    graceDays = lib.mkOption {
      type = types.ints.positive;
      default = 30;
      description = ''
        For how many days the servers keep what clients gave up: a client that was broken into can give up all its backups, and this is
        the time to notice.
      '';
      example = 60;
    };

    restoreCheck = lib.mkOption {
      type = types.enum [
        "sample"
        "everything"
      ];
      default = "sample";
      description = ''
        What each client restores once a week to see that it can: a file that changes with each backup, or also everything else
        (read and decrypted, not written).
      '';
      example = "everything";
    };

    maxAgeDays = lib.mkOption {
      type = types.ints.positive;
      default = 3;
      description = "From which age of the last backup on the weekly check fails.";
      example = 14;
    };
  };
}
