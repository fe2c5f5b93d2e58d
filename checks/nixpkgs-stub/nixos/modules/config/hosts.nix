# Host names: only a marked block of the base system's /etc/hosts belongs to the configuration.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.networking;
  known = lib.filterAttrs (_: names: names != [ ]) cfg.hosts;
in
{
  options = {
    networking = {
      hosts = mkOption {
        type = types.attrsOf (types.listOf types.str);
        default = { };
        example = {
          "192.0.2.1" = [ "alpha.example.org" ];
        };
        description = "Names of addresses, for /etc/hosts.";
      };
      extraHosts = mkOption {
        type = types.lines;
        default = "";
        example = "192.0.2.1 alpha";
        description = "Further lines of /etc/hosts.";
      };
      hostFiles = mkOption {
        type = types.listOf types.path;
        default = [ ];
        example = lib.literalExpression "[ ./hosts ]";
        description = "Files to append to /etc/hosts.";
      };
    };
  };

  config = {
    networking.hosts."127.0.0.2" =
      lib.optional (cfg.hostName != "" && cfg.domain != null) "${cfg.hostName}.${cfg.domain}"
      ++ lib.optional (cfg.hostName != "") cfg.hostName;

    networking.hostFiles = [
      (pkgs.writeText "hosts-of-options" (
        lib.concatStrings (
          lib.mapAttrsToList (address: names: "${address} ${lib.concatStringsSep " " names}\n") known
        )
      ))
      (pkgs.writeText "hosts-extra" cfg.extraHosts)
    ];
    system.stub.blocks.hosts = cfg.hostFiles;
  };
}
