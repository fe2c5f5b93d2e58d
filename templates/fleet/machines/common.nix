# NixOS configuration of all machines.
{ lib, ... }:
{
  # Replace: what nixos-generate-config wrote on your machines. What differs goes into `nodes.<name>.nixos`.
  boot.loader.grub.enable = false;
  boot.loader.systemd-boot.enable = true;
  fileSystems."/" = {
    device = lib.mkDefault "/dev/disk/by-label/nixos";
    fsType = "ext4";
  };
  fileSystems."/boot" = {
    device = lib.mkDefault "/dev/disk/by-label/boot";
    fsType = "vfat";
  };

  # The NixOS release that the machines were installed with; it stays when they are upgraded.
  system.stateVersion = "26.05";
}
