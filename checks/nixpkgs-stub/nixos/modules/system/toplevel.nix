# The system: one directory with everything that is activated.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.system;

  failed = map (entry: entry.message) (lib.filter (entry: !entry.assertion) config.assertions);
  checked =
    value:
    if failed != [ ] then
      throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (message: "- ${message}") failed}"
    else
      lib.showWarnings config.warnings value;

  toplevel = pkgs.stdenv.mkDerivation (
    {
      name = "nixos-system-${cfg.name}-${cfg.nixos.label}";
      activate = cfg.build.activationScript;
      dryActivate = cfg.build.dryActivationScript;
      etc = cfg.build.etc;
      units = cfg.build.units;
      base = pkgs.runCommand "base-units" { } "bash ${../../activation/build-base.sh}";
      blocks = cfg.build.stubBlocks;
      reloads = cfg.build.stubReloads;
      accounts = cfg.build.stubAccounts;
      path = cfg.path;
      checks = cfg.preSwitchChecksScript;
      inhibitors = cfg.build.inhibitSwitch;
      systemd = config.systemd.package;
      library = ../../activation;
      label = cfg.nixos.label;
      platform = pkgs.stdenv.hostPlatform.system;
      switchable = if cfg.switch.enable then "1" else "";
      extraDependencies = map (path: "${path}") cfg.extraDependencies;
      # Only for its side effect: a check that fails fails the build.
      passedChecks = map (path: "${path}") cfg.checks;
      buildCommand = ''
        . ${../../activation/build-toplevel.sh}
        ${cfg.systemBuilderCommands}
      '';
    }
    // lib.optionalAttrs (!config.boot.isContainer) {
      kernel = "${cfg.build.kernel}/bzImage";
      initrd = "${cfg.build.initialRamdisk}/initrd";
      kernelModules = cfg.modulesTree;
      kernelParams = toString config.boot.kernelParams;
    }
    // cfg.systemBuilderArgs
  );
in
{
  imports = [
    (lib.mkRenamedOptionModule
      [
        "system"
        "extraSystemBuilderCmds"
      ]
      [
        "system"
        "systemBuilderCommands"
      ]
    )
    (lib.mkRemovedOptionModule [
      "system"
      "switch"
      "enableNg"
    ] "There is only one implementation of switching left; remove the setting.")
  ];

  options.system = {
    name = mkOption {
      type = types.str;
      default = if config.networking.hostName == "" then "unnamed" else config.networking.hostName;
      defaultText = lib.literalMD "the host name";
      example = "alpha";
      description = "The name of the system in its store path.";
    };
    switch.enable = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether the system has bin/switch-to-configuration.";
    };
    systemBuilderCommands = mkOption {
      type = types.lines;
      internal = true;
      default = "";
      example = "ln -s /etc $out/etc-of-host";
      description = "Commands to add to the builder of the system.";
    };
    systemBuilderArgs = mkOption {
      type = types.attrsOf types.unspecified;
      internal = true;
      default = { };
      example = {
        extra = "1";
      };
      description = "Attributes to add to the derivation of the system.";
    };
    extraDependencies = mkOption {
      type = types.listOf types.pathInStore;
      default = [ ];
      example = lib.literalExpression "[ pkgs.hello ]";
      description = "Paths to keep in the system's closure.";
    };
    modulesTree = mkOption {
      type = types.package;
      internal = true;
      default = pkgs.runCommand "kernel-modules" {
        inherit (cfg.build) kernel;
        extra = map (package: "${package}") config.boot.extraModulePackages;
      } ''mkdir "$out" && echo "$kernel $extra" > "$out/tree"'';
      defaultText = lib.literalMD "the modules of the kernel and `boot.extraModulePackages`";
      example = lib.literalExpression "pkgs.emptyDirectory";
      description = "What the system records of its kernel's modules.";
    };
    checks = mkOption {
      type = types.listOf types.package;
      default = [ ];
      example = lib.literalExpression "[ myCheck ]";
      description = "Derivations that must build for the system to build.";
    };
  };

  config.system.build.toplevel = checked toplevel;
}
