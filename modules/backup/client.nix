# Options of one client of a backup instance.
{ netlib, instance }:
{ lib, name, ... }:
let
  inherit (lib) types;
in
{
  options = {
    paths = lib.mkOption {
      type = types.listOf (types.strMatching "/.*");
      default = [ ];
      description = "Files and directories of this client that are backed up, beside the instance's `paths`.";
      example = [ "/srv/shop" ];
    };

    exclude = lib.mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Patterns of what is left out on this client, as `borg help patterns` explains them, beside the instance's `exclude`.";
      example = [ "/srv/shop/cache" ];
    };

    servers = lib.mkOption {
      type = types.listOf netlib.references.node;
      default = lib.remove name (builtins.attrNames instance.servers);
      defaultText = lib.literalMD "all servers of the instance but the client itself";
      description = "Servers that keep a backup of this client, each one of its own.";
      example = [ "vault" ];
    };

    startAt = lib.mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "When this client's backups start, as systemd.time(7) says it. Null: at the time that the instance's `schedule` has for it.";
      example = "*-*-* 03:15:00";
    };

    quota = lib.mkOption {
      type = types.nullOr (types.strMatching "[0-9.]+[KMGTP]?");
      default = instance.quota;
      defaultText = lib.literalMD "the instance's `quota`";
      description = "Space that the client may use on each of its servers, undo copies left out. Null for no limit.";
      example = "200G";
    };

    passphraseFile = lib.mkOption {
      type = types.nullOr (types.strMatching "/[^[:space:]']+");
      default = null;
      description = ''
        File on the client with the passphrase of its repositories, such as the path of a secret. Null: the client makes one for itself, of which
        the instance's `recoveryRecipients` get a copy. A repository keeps the passphrase that it was made with.
      '';
      example = lib.literalExpression "config.secrets.borg-web.path";
    };

    preHook = lib.mkOption {
      type = types.lines;
      default = "";
      description = "Shell commands that run as root before each backup, such as the dump of a database, with the system's programs on their path. One that fails ends the backup, and its unit fails.";
      example = "runuser -u postgres -- pg_dumpall > /var/backup/postgres.sql";
    };

    readWritePaths = lib.mkOption {
      type = types.listOf (types.strMatching "/.*");
      default = [ ];
      description = "Directories that `preHook` writes to; all others are read-only to it. Missing ones are made: root's, and others can pass through but not list them. What `preHook` writes, only root can read.";
      example = [ "/var/backup" ];
    };
  };
}
