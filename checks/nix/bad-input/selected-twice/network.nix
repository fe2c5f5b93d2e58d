{
  imports = [ (import ../../../../modules).wireguard-mesh ];
  network.name = "home";
  nodes.alpha.tags = [ "edge" ];
  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/24";
    members."@edge" = { };
    members."al*" = { };
  };
}
