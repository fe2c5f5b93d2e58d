{
  network.name = "home";
  nodes.alpha.addresses = [ "alpha" ];
  nodes.beta = {
    addresses = [ "beta" ];
    facts.wireguard-mesh-wg0 = "mDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=\nAllowedIPs = 0.0.0.0/0";
  };
  nodes.gamma = { };
  nodes.delta = { };
  wireguard-mesh.wg0.subnet = "10.10.0.0/24";
  wireguard-mesh.wg0.members.alpha = { };
  wireguard-mesh.wg0.members.beta = { };
}
