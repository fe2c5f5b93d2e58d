# What any NixOS configuration has to say.
{
  nixpkgs.hostPlatform = builtins.currentSystem;
  boot.loader.grub.enable = false;
  fileSystems."/" = {
    device = "/dev/disk/by-label/root";
    fsType = "ext4";
  };
  system.stateVersion = "26.05";
}
