{
  imports = [ (import ../../../../modules).ssh-access ];
  network.name = "home";
  nodes.alpha = { };
  ssh-access.users.anna.keys = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG anna"
  ];
  ssh-access.users.ben.keys = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG ben"
  ];
}
