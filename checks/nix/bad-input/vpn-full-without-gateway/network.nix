{
  imports = [ (import ../../../../modules).wireguard-vpn ];
  network.name = "home";
  nodes.gate.addresses = [ "gate" ];
  nodes.laptop = { };
  wireguard-vpn.vpn = {
    subnet = "10.20.0.0/24";
    servers.gate = { };
    clients.laptop.tunnel = "full";
  };
}
