# Boot options of real configurations: accepted, as the base system's boot loader and kernel stay in charge.
{
  config,
  lib,
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
      kernelParams = accepted (types.listOf types.str) [ ] [ "quiet" ];
      kernelPackages = accepted types.raw { } (lib.literalExpression "pkgs.linuxPackages");
      extraModulePackages = accepted (types.listOf types.package) [ ] (lib.literalExpression "[ ]");
      supportedFilesystems = accepted (types.coercedTo (types.listOf types.str) (
        names: lib.genAttrs names (_: true)
      ) (types.attrsOf types.bool)) { } [ "ext4" ];
      initrd = {
        availableKernelModules = modulesList "available in the initrd; without effect here";
        kernelModules = modulesList "loaded in the initrd; without effect here";
      };
      loader = {
        timeout = accepted (types.nullOr types.int) 5 1;
        efi.canTouchEfiVariables = accepted types.bool false true;
        efi.efiSysMountPoint = accepted types.str "/boot" "/boot/efi";
        systemd-boot.enable = accepted types.bool false true;
        grub = {
          enable = accepted types.bool (!config.boot.isContainer) false;
          device = accepted types.str "" "/dev/sda";
          devices = accepted (types.listOf types.str) [ ] [ "/dev/sda" ];
          efiSupport = accepted types.bool false true;
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

  config = lib.mkIf (config.boot.kernelModules != [ ] && !config.boot.isContainer) {
    environment.etc."modules-load.d/nixos.conf".text = lib.concatLines config.boot.kernelModules;
    system.activationScripts.kernelModules = {
      deps = [ "etc" ];
      text = ''
        stub_load_modules ${lib.escapeShellArgs config.boot.kernelModules}
      '';
    };
  };
}
