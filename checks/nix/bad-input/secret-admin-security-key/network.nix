{
  imports = [ (import ../../../../modules).secrets ];
  network.name = "home";
  nodes.beta.facts.ssh-host-key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHm/TEXoktCdkB0nuB6jPINRQ7K/7+wCynIdnF8d197w";
  secrets.admins.anna = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA anna@laptop";
}
