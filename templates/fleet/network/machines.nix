# Which machines there are, how to reach them, and the mesh in which they reach each other.
{
  # NixOS configuration of all machines.
  defaults.nixos = ../machines/common.nix;

  # Replace: what ssh connects to, as root, and where the other machines reach this one. Leave addresses out for one behind NAT.
  nodes = {
    gateway = {
      target.host = "gateway.example.org";
      addresses = [ "gateway.example.org" ];
    };
    web1 = {
      target.host = "web1.example.org";
      addresses = [ "web1.example.org" ];
    };
    web2 = {
      target.host = "web2.example.org";
      addresses = [ "web2.example.org" ];
    };
    vault = {
      target.host = "vault.example.org";
      addresses = [ "vault.example.org" ];
    };
  };

  # Each machine gets an address in the subnet. All that follows in the other files goes through the mesh by itself.
  wireguard-mesh.wg0 = {
    subnet = "10.10.0.0/24";
    members."*" = { };
  };
}
