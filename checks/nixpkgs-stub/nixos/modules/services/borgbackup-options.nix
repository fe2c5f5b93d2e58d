# The options of Borg jobs and repositories, as far as the stub carries them out.
{ lib, hostName }:
let
  inherit (lib) mkOption types;

  text =
    example: description:
    mkOption {
      type = types.lines;
      default = "";
      inherit example description;
    };
  strings =
    example: description:
    mkOption {
      type = types.listOf types.str;
      default = [ ];
      inherit example description;
    };
  switch =
    default: description:
    mkOption {
      type = types.bool;
      inherit default description;
      example = !default;
    };
  nullOr =
    type: example: description:
    mkOption {
      type = types.nullOr type;
      default = null;
      inherit example description;
    };
in
{
  job =
    { name, config, ... }:
    {
      options = {
        paths = nullOr (types.coercedTo types.str lib.singleton (types.listOf types.str)) [
          "/home"
        ] "What is backed up.";
        repo = mkOption {
          type = types.str;
          example = "borg@vault:.";
          description = "The repository, here or on another machine.";
        };
        archiveBaseName = mkOption {
          type = types.nullOr (types.strMatching "[^/{}]+");
          default = "${hostName}-${name}";
          defaultText = lib.literalExpression ''"''${config.networking.hostName}-<name>"'';
          example = "alpha";
          description = "How names of archives begin.";
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
            description = "How a new repository is encrypted.";
          };
          passCommand = nullOr types.str "cat /run/passphrase" "Command that prints the passphrase.";
        };
        compression = mkOption {
          type = types.strMatching "none|(auto,)?(lz4|zstd|zlib|lzma)(,[[:digit:]]{1,2})?";
          default = "lz4";
          example = "auto,zstd";
          description = "How archives are compressed.";
        };
        exclude = strings [ "/home/*/.cache" ] "Patterns of what is left out.";
        readWritePaths = mkOption {
          type = types.listOf types.path;
          default = [ ];
          example = [ "/var/backup" ];
          description = "Directories that hooks may write to.";
        };
        failOnWarnings = switch true "Whether a warning of borg fails the job.";
        environment = mkOption {
          type = types.attrsOf types.str;
          default = { };
          example = {
            BORG_RSH = "ssh -i /run/key";
          };
          description = "Variables of the job.";
        };
        preHook = text "echo begin" "Commands before the backup.";
        prune.keep = mkOption {
          type = types.attrsOf (types.either types.int (types.strMatching "[[:digit:]]+[Hdwmy]"));
          default = { };
          example = {
            daily = 7;
          };
          description = "Archives that stay; empty for all.";
        };
        prune.prefix = mkOption {
          type = types.nullOr types.str;
          default = config.archiveBaseName;
          defaultText = lib.literalExpression "archiveBaseName";
          example = "alpha";
          description = "How names of the archives begin that may go.";
        };
        startAt = mkOption {
          type = types.either types.str (types.listOf types.str);
          default = "daily";
          example = "hourly";
          description = "When the job starts.";
        };
        persistentTimer = switch false "Whether a missed start is caught up on.";
      };
    };

  repository.options = {
    path = mkOption {
      type = types.path;
      default = "/var/lib/borgbackup";
      example = "/mnt/backup";
      description = "Directory of the repository.";
    };
    user = mkOption {
      type = types.str;
      default = "borg";
      example = "backup";
      description = "Account that serves it.";
    };
    group = mkOption {
      type = types.str;
      default = "borg";
      example = "backup";
      description = "Group of the account.";
    };
    authorizedKeys = strings [ "ssh-ed25519 AAAA… alpha" ] "SSH keys that may do everything with it.";
    authorizedKeysAppendOnly = strings [
      "ssh-ed25519 AAAA… alpha"
    ] "SSH keys that may add to it, and whose deletions free nothing.";
    quota = nullOr (types.strMatching "[[:digit:].]+[KMGTP]?") "100G" "Space it may take.";
  };
}
