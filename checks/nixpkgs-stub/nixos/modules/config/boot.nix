# Boot options of real configurations. The base system's boot loader and kernel stay in charge; kernel, initrd and
# kernel parameters are only what the system says it should be booted with.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  modulesList =
    what:
    mkOption {
      type = types.coercedTo (types.listOf types.str) (names: lib.genAttrs names (_: true)) (
        types.attrsOf types.bool
      );
      default = { };
      example = [ "virtio_net" ];
      apply = set: lib.attrNames (lib.filterAttrs (_: wanted: wanted) set);
      description = "Kernel modules ${what}.";
    };
  accepted =
    type: default: example:
    mkOption {
      inherit type default example;
      description = "Accepted without effect here.";
    };
  # What NixOS' own installer of systemd-boot reads.
  bootspec = {
    "org.nixos.bootspec.v1" = {
      init = "@out@/init";
      initrd = "${config.system.build.initialRamdisk}/initrd";
      kernel = "${config.system.build.kernel}/bzImage";
      inherit (config.boot) kernelParams;
      inherit (config.system.nixos) label;
      system = pkgs.stdenv.hostPlatform.system;
      toplevel = "@out@";
    };
    "org.nixos.specialisation.v1" = { };
  };
in
{
  options = {
    boot = {
      isContainer = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Whether the system is a container, which loads no kernel modules.";
      };
      kernelModules = modulesList "to load at activation and boot";
      kernelParams = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "quiet" ];
        description = "Parameters of the kernel, as the system records them.";
      };
      kernelPackages = mkOption {
        type = types.raw;
        default = pkgs.linuxPackages;
        defaultText = lib.literalExpression "pkgs.linuxPackages";
        example = lib.literalExpression "pkgs.linuxPackages_latest";
        description = "The kernel that the system records, and packages made for it.";
      };
      extraModulePackages = accepted (types.listOf types.package) [ ] (lib.literalExpression "[ ]");
      supportedFilesystems = accepted (types.coercedTo (types.listOf types.str) (
        names: lib.genAttrs names (_: true)
      ) (types.attrsOf types.bool)) { } [ "ext4" ];
      initrd = {
        availableKernelModules = modulesList "available in the initrd";
        kernelModules = modulesList "loaded in the initrd";
      };
      loader = {
        timeout = accepted (types.nullOr types.int) 5 1;
        efi.canTouchEfiVariables = accepted types.bool false true;
        efi.efiSysMountPoint = accepted types.str "/boot" "/boot/efi";
        systemd-boot.enable = accepted types.bool false true;
        grub = {
          enable = accepted types.bool (
            !config.boot.isContainer && !config.boot.loader.systemd-boot.enable
          ) false;
          device = accepted types.str "" "/dev/sda";
          devices = accepted (types.listOf types.str) [ ] [ "/dev/sda" ];
          efiSupport = accepted types.bool false true;
          copyKernels = accepted types.bool false true;
          users = accepted (types.attrsOf types.raw) { } { root.hashedPasswordFile = "/run/password"; };
          mirroredBoots = mkOption {
            type = types.listOf (types.attrsOf types.raw);
            default = [ ];
            example = [ { path = "/boot"; } ];
            description = "Where the boot loader is; accepted without effect here.";
          };
        };
      };
      tmp.cleanOnBoot = accepted types.bool false true;
    };
    hardware = {
      enableRedistributableFirmware = accepted types.bool false true;
      cpu.intel.updateMicrocode = accepted types.bool false true;
      cpu.amd.updateMicrocode = accepted types.bool false true;
    };
  };

  config = lib.mkIf (!config.boot.isContainer) {
    boot.loader.grub =
      let
        cfg = config.boot.loader.grub;
      in
      {
        devices = lib.mkIf (cfg.device != "") [ cfg.device ];
        mirroredBoots = lib.mkIf (cfg.devices != [ ]) [
          {
            path = "/boot";
            inherit (cfg) devices;
          }
        ];
      };
    system.build = {
      kernel = config.boot.kernelPackages.kernel;
      initialRamdisk = pkgs.runCommand "initrd-${config.system.build.kernel.name}" {
        modules = config.boot.initrd.availableKernelModules ++ config.boot.initrd.kernelModules;
        inherit (config.system.build) kernel;
      } ''mkdir "$out" && echo "$kernel $modules" > "$out/initrd"'';
    };
    # Its installer has to know which boot loader it is.
    system.systemBuilderCommands = lib.mkMerge [
      (lib.mkIf (
        config.boot.loader.grub.enable && config.boot.loader.grub.mirroredBoots != [ ]
      ) ''touch "$out/stub-grub"'')
      (lib.mkIf config.boot.loader.systemd-boot.enable ''
        touch "$out/stub-systemd-boot"
        bootspec=${lib.escapeShellArg (builtins.toJSON bootspec)}
        echo "''${bootspec//@out@/$out}" > "$out/boot.json"
      '')
    ];
    environment.etc = lib.mkIf (config.boot.kernelModules != [ ]) {
      "modules-load.d/nixos.conf".text = lib.concatLines config.boot.kernelModules;
    };
    system.activationScripts = lib.mkIf (config.boot.kernelModules != [ ]) {
      kernelModules = {
        deps = [ "etc" ];
        text = ''
          stub_load_modules ${lib.escapeShellArgs config.boot.kernelModules}
        '';
      };
    };
  };
}
