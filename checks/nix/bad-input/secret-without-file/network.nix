{
  imports = [ (import ../../../../modules).secrets ];
  network.name = "home";
  nodes.beta.facts.ssh-host-key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHm/TEXoktCdkB0nuB6jPINRQ7K/7+wCynIdnF8d197w";
  secrets.admins.anna = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
  secrets.signing-key.for = [ "beta" ];
  secrets.new = {
    for = [ "beta" ];
    prompt = "A new one";
  };
}
