# The example of the README, which the tests evaluate: a server, two machines behind NAT and a phone.
{
  nodes.alpha.addresses = [ "alpha.example.org" ];
  nodes.beta = { };
  nodes.gamma = { };
  externals.phone.publicKeys.wireguard = "pDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";

  wireguard-mesh.wg0 = {
    subnet = [
      "10.10.0.0/24"
      "fd00:10::/64"
    ];
    relays = [ "alpha" ];
    presharedKeys = true;
    members = {
      alpha = { };
      beta.address = "10.10.0.7";
      gamma.keepalive = 15;
      phone = { };
    };
  };
}
