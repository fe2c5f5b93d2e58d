# Regular garbage collection.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.nix.gc;
in
{
  options.nix.gc = {
    automatic = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether to collect garbage regularly.";
    };
    dates = mkOption {
      type = types.either types.singleLineStr (types.listOf types.str);
      default = [ "03:15" ];
      apply = lib.toList;
      example = "weekly";
      description = "When to collect.";
    };
    persistent = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether to make up for times when the machine was off.";
    };
    options = mkOption {
      type = types.singleLineStr;
      default = "";
      example = "--delete-older-than 30d";
      description = "Options of nix-collect-garbage.";
    };
  };

  config.systemd = lib.mkIf (config.nix.enable && cfg.automatic) {
    services.nix-gc = {
      description = "Nix Garbage Collector";
      path = [ config.nix.package ];
      script = "exec nix-collect-garbage ${cfg.options}";
      serviceConfig.Type = "oneshot";
      startAt = cfg.dates;
    };
    timers.nix-gc.timerConfig.Persistent = cfg.persistent;
  };
}
