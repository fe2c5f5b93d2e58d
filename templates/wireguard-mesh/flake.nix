{
  description = "Three machines that reach each other through WireGuard";

  # Names of the flake registry: `nix registry list` shows what they stand for. A URL works as well.
  inputs.nixpkgs.url = "nixpkgs";
  # netlib is in no public registry: `nix flake lock --override-input netlib git+file:///where/you/cloned/netlib`, once.
  inputs.netlib.url = "netlib";
  inputs.netlib.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    { self, netlib, ... }@inputs:
    netlib.lib.mkFlake { inherit self inputs; } {
      imports = [ netlib.modules.wireguard-mesh ];

      # Recorded on each machine: another network cannot be deployed to it by mistake.
      network.name = "home";

      # NixOS configuration of all machines.
      defaults.nixos = ./common.nix;

      nodes.alpha = {
        # Replace: what ssh connects to, as root. A name from ~/.ssh/config will do.
        target.host = "alpha";
        # Replace: where the other machines reach this one. Leave it out for one machine behind NAT.
        addresses = [ "alpha" ];
        nixos = ./alpha.nix;
      };

      nodes.beta = {
        target.host = "beta";
        addresses = [ "beta" ];
        nixos = ./beta.nix;
      };

      nodes.gamma = {
        target.host = "gamma";
        addresses = [ "gamma" ];
        nixos = ./gamma.nix;
      };

      # Each machine gets an address in the subnet and the names alpha.wg0, beta.wg0 and gamma.wg0.
      wireguard-mesh.wg0 = {
        subnet = "10.10.0.0/24";
        members = {
          alpha = { };
          beta = { };
          gamma = { };
        };
      };
    };
}
