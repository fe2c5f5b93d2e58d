# Borg's jobs and repositories: accepted and recorded in /etc/netlib-stub/, nothing is backed up.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.services.borgbackup;

  text =
    example: description:
    mkOption {
      type = types.str;
      inherit example description;
    };
  strings =
    description:
    mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "a" ];
      inherit description;
    };

  job.options = {
    repo = text "borg@vault:." "Where the repository is.";
    paths = mkOption {
      type = types.nullOr (types.coercedTo types.str lib.singleton (types.listOf types.str));
      default = null;
      example = [ "/home" ];
      description = "What is backed up.";
    };
    exclude = strings "What is left out.";
    startAt = mkOption {
      type = types.either types.str (types.listOf types.str);
      default = "daily";
      example = "weekly";
      description = "When it starts.";
    };
    persistentTimer = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether a missed start is made up for.";
    };
    environment = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        BORG_RSH = "ssh -i /key";
      };
      description = "Environment of the job.";
    };
    compression = mkOption {
      type = types.strMatching "none|(auto,)?(lz4|zstd|zlib|lzma)(,[[:digit:]]{1,2})?";
      default = "lz4";
      example = "zstd";
      description = "How it is compressed.";
    };
    preHook = mkOption {
      type = types.lines;
      default = "";
      example = "echo start";
      description = "Commands before.";
    };
    encryption = {
      mode = mkOption {
        type = types.enum [
          "repokey"
          "keyfile"
          "repokey-blake2"
          "keyfile-blake2"
          "authenticated"
          "authenticated-blake2"
          "none"
        ];
        example = "repokey-blake2";
        description = "How it is encrypted.";
      };
      passCommand = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "cat /passphrase";
        description = "Prints the passphrase.";
      };
    };
    prune.keep = mkOption {
      type = types.attrsOf (types.either types.int (types.strMatching "[[:digit:]]+[Hdwmy]"));
      default = { };
      example = {
        daily = 7;
      };
      description = "How many are kept.";
    };
  };

  repository.options = {
    path = mkOption {
      type = types.path;
      default = "/var/lib/borgbackup";
      example = "/srv/backup/web";
      description = "Directory of the repository.";
    };
    authorizedKeys = strings "Keys that may do everything.";
    authorizedKeysAppendOnly = strings "Keys that may add.";
  };
in
{
  options.services.borgbackup = {
    jobs = mkOption {
      type = types.attrsOf (types.submodule job);
      default = { };
      example = { };
      description = "Jobs by name.";
    };
    repos = mkOption {
      type = types.attrsOf (types.submodule repository);
      default = { };
      example = { };
      description = "Repositories by name.";
    };
  };

  config.environment.etc = lib.mkIf (cfg.jobs != { } || cfg.repos != { }) {
    "netlib-stub/borgbackup.json".text = builtins.toJSON { inherit (cfg) jobs repos; };
  };
}
