# Units of systemd, and the directory of unit files that activation places.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.systemd;
  options = import ../../lib/unit-options.nix { inherit lib; };
  text = import ../../lib/unit-text.nix { inherit lib pkgs; };

  kind =
    suffix: what: extra:
    mkOption {
      type = types.attrsOf (
        types.submodule (
          unit@{ name, config, ... }:
          {
            options = options.install // options.common // extra;
            config = {
              name = lib.mkDefault "${name}.${suffix}";
              unitConfig = lib.mkMerge [
                (lib.mkIf unit.options.startLimitBurst.isDefined { StartLimitBurst = config.startLimitBurst; })
                (lib.mkIf unit.options.startLimitIntervalSec.isDefined {
                  StartLimitIntervalSec = config.startLimitIntervalSec;
                })
              ];
            };
          }
        )
      );
      default = { };
      example = { };
      description = "${what}, by name without suffix.";
    };

  toUnit =
    render: name: def:
    lib.nameValuePair def.name (
      {
        text = render name def;
      }
      // lib.getAttrs [
        "enable"
        "name"
        "overrideStrategy"
        "wantedBy"
        "requiredBy"
        "upheldBy"
        "aliases"
      ] def
    );

  # Names of templates are no names of derivations.
  pathSafe = builtins.replaceStrings [ "@" ":" "\\" "[" "]" ] [ "-" "-" "-" "" "" ];
  unitFile =
    name: unit:
    pkgs.writeTextFile {
      name = pathSafe name;
      inherit (unit) text;
      destination = "/${name}";
    };
  # What a unit is, in words that the builder of the directory reads line by line.
  lineOf =
    name: unit:
    lib.concatStringsSep "\t" [
      name
      (if unit.enable then unit.overrideStrategy else "masked")
      (
        if unit.enable then
          "${unitFile (lib.replaceStrings [ "\\" "@" ] [ "-" "-" ] name) unit}"
        else
          "/dev/null"
      )
      "-${toString unit.wantedBy}"
      "-${toString (unit.requiredBy)}"
      "-${toString unit.upheldBy}"
      "-${toString unit.aliases}"
    ];
in
{
  options.systemd = {
    package = mkOption {
      type = types.package;
      default = pkgs.systemd;
      defaultText = lib.literalExpression "pkgs.systemd";
      example = lib.literalExpression "pkgs.systemd";
      description = "The package with systemd's commands.";
    };
    settings.Manager = mkOption {
      type = types.attrsOf types.raw;
      default = { };
      example = {
        RuntimeWatchdogSec = "30s";
      };
      description = "Settings of the service manager; accepted without effect.";
    };
    packages = mkOption {
      type = types.listOf types.package;
      default = [ ];
      example = lib.literalExpression "[ pkgs.hello ]";
      description = "Packages with units; accepted without effect.";
    };
    services = kind "service" "Services" options.service;
    targets = kind "target" "Targets" { };
    timers = kind "timer" "Timers" { timerConfig = options.section "Timer"; };
    paths = kind "path" "Paths" { pathConfig = options.section "Path"; };
    sockets = kind "socket" "Sockets" {
      socketConfig = options.section "Socket";
      listenStreams = options.addresses "stream";
      listenDatagrams = options.addresses "datagram";
    };
    units = mkOption {
      type = types.attrsOf (
        types.submodule (
          { name, ... }:
          {
            options = options.install // {
              text = mkOption {
                type = types.nullOr types.str;
                default = null;
                example = "[Unit]\nDescription=Example";
                description = "Text of the unit file.";
              };
            };
            config.name = lib.mkDefault name;
          }
        )
      );
      default = { };
      example = { };
      description = "All units, by full name.";
    };
  };

  config = {
    systemd.timers = lib.mapAttrs (_: service: {
      wantedBy = [ "timers.target" ];
      timerConfig.OnCalendar = service.startAt;
    }) (lib.filterAttrs (_: service: service.enable && service.startAt != [ ]) cfg.services);

    systemd.units = lib.mkMerge [
      (lib.mapAttrs' (toUnit text.service) cfg.services)
      (lib.mapAttrs' (toUnit text.target) cfg.targets)
      (lib.mapAttrs' (toUnit text.timer) cfg.timers)
      (lib.mapAttrs' (toUnit text.path) cfg.paths)
      (lib.mapAttrs' (toUnit text.socket) cfg.sockets)
    ];

    assertions = lib.mapAttrsToList (name: unit: {
      assertion = unit.enable -> unit.text != null;
      message = "systemd.units.\"${name}\" has no text.";
    }) cfg.units;

    system.build.units = pkgs.runCommand "units" {
      list = lib.concatStrings (lib.mapAttrsToList (name: unit: lineOf name unit + "\n") cfg.units);
      passAsFile = [ "list" ];
    } "bash ${../../activation/build-units.sh} \"$listPath\"";

    system.activationScripts.units = {
      supportsDryActivation = true;
      text = ''
        stub_place_units "$systemConfig"
      '';
    };
  };
}
