{
  imports = [ (import ../../../../modules).secrets ];
  network.name = "home";
  nodes.beta.facts.ssh-host-key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHm/TEXoktCdkB0nuB6jPINRQ7K/7+wCynIdnF8d197w";
  secrets.admins.anna = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
  secrets.db-password.for = [ "beta" ];
  ssh-host-keys.beta.file = "/persist/ssh/key";
  defaults.nixos = {
    imports = [ ../../minimal-system.nix ];
    fileSystems."/persist" = {
      device = "/dev/disk/by-label/persist";
      fsType = "ext4";
    };
  };
}
