# The example of the README, which the tests evaluate: two servers, a laptop, a machine that sends everything, and a phone.
{
  nodes.gate.addresses = [ "gate.example.org" ];
  nodes.cellar.addresses = [ "cellar.example.org" ];
  nodes.laptop = { };
  nodes.kiosk = { };
  externals.phone.publicKeys.wireguard = "pDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";

  wireguard-vpn.vpn = {
    subnet = [
      "10.20.0.0/24"
      "fd00:20::/64"
    ];
    dns = [ "10.20.0.1" ];
    servers = {
      gate = {
        address = "10.20.0.1";
        internetGateway.externalInterface = "eth0";
      };
      cellar.networks = [ "192.168.7.0/24" ];
    };
    clients = {
      laptop.server = "cellar";
      kiosk = {
        server = "gate";
        tunnel = "full";
      };
      phone = {
        server = "gate";
        tunnel = "full";
      };
    };
  };
}
