# Options of one instance.
{ netlib, sshPortOf }:
{
  lib,
  name,
  config,
  ...
}:
let
  inherit (lib) types;
  instance = config;

  age = {
    recipient = types.strMatching "(age1[0-9a-z]+|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+)( [^']*)?";
  };
in
{
  options = {
    servers = lib.mkOption {
      type = netlib.references.attrsOfNodes (
        types.submodule (
          import ./server.nix {
            inherit netlib sshPortOf;
            instanceName = name;
          }
        )
      );
      default = { };
      description = "Nodes that keep backups, by node name.";
      example = lib.literalExpression ''{ vault.directory = "/mnt/vault/backup"; }'';
    };

    clients = lib.mkOption {
      type = netlib.references.attrsOfNodes (
        types.submodule (import ./client.nix { inherit netlib instance; })
      );
      default = { };
      description = "Nodes that are backed up, by node name.";
      example = lib.literalExpression ''
        {
          web = { };
          shop.paths = [ "/srv/shop" ];
        }
      '';
    };

    paths = lib.mkOption {
      type = types.listOf (types.strMatching "/.*");
      default = [ ];
      description = "Files and directories that are backed up on every client.";
      example = [
        "/home"
        "/var/lib"
      ];
    };

    exclude = lib.mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Patterns of what is left out on every client, as `borg help patterns` explains them.";
      example = [
        "/home/*/.cache"
        "sh:**/node_modules"
      ];
    };

    schedule = {
      every = lib.mkOption {
        type = types.enum [
          "hour"
          "day"
          "week"
        ];
        default = "day";
        description = "How often each client is backed up to each of its servers. The weekday of weekly backups is picked by the client's name too.";
        example = "hour";
      };

      start = lib.mkOption {
        type = types.strMatching "([01][0-9]|2[0-3]):[0-5][0-9]";
        default = "01:00";
        description = "Begin of the hours in which daily and weekly backups start, in the client's time zone.";
        example = "22:30";
      };

      window = lib.mkOption {
        type = types.ints.between 1 1440;
        default = 240;
        description = ''
          Minutes after `start` over which the clients' starts are spread: a hash of the instance's, the client's and the server's
          names picks the second, so that no client's time depends on which others there are. Hourly backups spread over the hour.
        '';
        example = 60;
      };
    };

    keep = lib.mkOption {
      type = types.attrsOf (types.either types.int (types.strMatching "[0-9]+[Hdwmy]"));
      default = {
        daily = 7;
        weekly = 4;
        monthly = 6;
      };
      description = "Which archives stay, as options of `borg prune`: `keep.daily = 7` is `--keep-daily 7`. Empty: all of them.";
      example = {
        within = "2d";
        daily = 14;
        yearly = -1;
      };
    };

    undoDays = lib.mkOption {
      type = types.ints.between 1 3650;
      default = 30;
      description = "For how many days a server can still go back to what a client, or who has broken into it, has marked as deleted.";
      example = 90;
    };

    quota = lib.mkOption {
      type = types.nullOr (types.strMatching "[0-9.]+[KMGTP]?");
      default = null;
      description = "Space that each client may use on each of its servers. Null for no limit.";
      example = "500G";
    };

    compression = lib.mkOption {
      type = types.strMatching "none|(auto,)?(lz4|zstd|zlib|lzma)(,[0-9]{1,2})?";
      default = "auto,zstd";
      description = "How the clients compress, as `borg help compression` explains it.";
      example = "lz4";
    };

    alarmAfter = lib.mkOption {
      type = types.ints.positive;
      default =
        {
          hour = 6;
          day = 48;
          week = 240;
        }
        .${config.schedule.every};
      defaultText = lib.literalMD "6 for hourly, 48 for daily, 240 for weekly backups";
      description = "Hours without a backup of a client after which a unit fails on its server.";
      example = 72;
    };

    restoreCheck.every = lib.mkOption {
      type = types.enum [
        "day"
        "week"
      ];
      default = "week";
      description = "How often each client restores a marker from its newest archive and fails a unit when that is not what it had backed up.";
      example = "day";
    };

    recoveryRecipients = lib.mkOption {
      type = types.nullOr (types.listOf age.recipient);
      default = [ ];
      description = ''
        Public keys, of age or of SSH, of those who may read the backups when a client is lost: each client encrypts the passphrase of
        its repositories to them, and the result is a fact beside the flake. An empty list gives a warning;
        null says that you keep copies of the passphrases in another way.
      '';
      example = [ "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p" ];
    };

    checkLogin = lib.mkOption {
      type = types.bool;
      default = true;
      description = "Whether a deployment of a client rolls back when the client cannot log in to its servers.";
      example = false;
    };
  };
}
