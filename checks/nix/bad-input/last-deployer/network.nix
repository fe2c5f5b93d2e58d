{
  imports = [ (import ../../../../modules).deploy-access ];
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  deploy-access.deployers.anna = {
    keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG" ];
    nodes = [ "alpha" ];
  };
}
