{
  imports = [
    (import ../../../../modules).deploy-access
    (import ../../../../modules).ssh-access
  ];
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  ssh-access.users.anna = {
    keys = [ ];
    access.root = [ "*" ];
  };
  deploy-access.deployers.anna = {
    keys = [ ];
    nodes = [ "*" ];
  };
}
