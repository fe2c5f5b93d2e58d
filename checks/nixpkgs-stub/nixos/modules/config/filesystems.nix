# File systems and swap: accepted as in a generated hardware-configuration.nix; the base system mounts its own.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options = {
    fileSystems = mkOption {
      default = { };
      example = {
        "/".device = "/dev/disk/by-label/root";
      };
      description = "File systems of the machine; recorded, not mounted.";
      type = types.attrsOf (
        types.submodule (
          { name, ... }:
          {
            options = {
              mountPoint = mkOption {
                type = types.str;
                default = name;
                example = "/home";
                description = "Where the file system is mounted.";
              };
              device = mkOption {
                type = types.nullOr types.nonEmptyStr;
                default = null;
                example = "/dev/sda1";
                description = "The device of the file system.";
              };
              label = mkOption {
                type = types.nullOr types.nonEmptyStr;
                default = null;
                example = "root";
                description = "The label of the file system.";
              };
              fsType = mkOption {
                type = types.nonEmptyStr;
                default = "auto";
                example = "ext4";
                description = "The type of the file system.";
              };
              options = mkOption {
                type = types.nonEmptyListOf types.nonEmptyStr;
                default = [ "defaults" ];
                example = [ "noatime" ];
                description = "Mount options.";
              };
              neededForBoot = mkOption {
                type = types.bool;
                default = false;
                example = true;
                description = "Whether the file system is mounted in the initrd.";
              };
            };
          }
        )
      );
    };

    swapDevices = mkOption {
      default = [ ];
      example = [ { device = "/dev/sda2"; } ];
      description = "Swap devices; recorded, not used.";
      type = types.listOf (
        types.submodule {
          options = {
            device = mkOption {
              type = types.nonEmptyStr;
              example = "/dev/sda2";
              description = "The device or file.";
            };
            size = mkOption {
              type = types.nullOr types.int;
              default = null;
              example = 2048;
              description = "The size in MiB of a swap file to make.";
            };
            priority = mkOption {
              type = types.nullOr types.int;
              default = null;
              example = 10;
              description = "The priority of the device.";
            };
          };
        }
      );
    };
  };
}
