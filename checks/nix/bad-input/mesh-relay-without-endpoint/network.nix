{
  imports = [ (import ../../../../modules).wireguard-mesh ];
  network.name = "home";
  nodes.alpha = { };
  nodes.beta = { };
  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/24";
    relays = [ "alpha" ];
    members = {
      alpha = { };
      beta = { };
    };
  };
}
