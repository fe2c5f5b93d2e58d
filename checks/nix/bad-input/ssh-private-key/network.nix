{
  imports = [ (import ../../../../modules).ssh-access ];
  network.name = "home";
  nodes.alpha = { };
  ssh-access.users.anna.keys = [ "-----BEGIN OPENSSH PRIVATE KEY-----" ];
}
