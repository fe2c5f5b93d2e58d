{
  description = "A small fleet: websites behind a gateway, with monitoring, a status page and backups";

  # Names of the flake registry: `nix registry list` shows what they stand for. A URL works as well.
  inputs.nixpkgs.url = "nixpkgs";
  # netlib is in no public registry: `nix flake lock --override-input netlib git+file:///where/you/cloned/netlib`, once.
  inputs.netlib.url = "netlib";
  inputs.netlib.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    { self, netlib, ... }@inputs:
    netlib.lib.mkFlake { inherit self inputs; } {
      imports = [
        netlib.modules.backup
        netlib.modules.deploy-access
        netlib.modules.monitoring
        netlib.modules.reverse-proxy
        netlib.modules.ssh-access
        netlib.modules.status-page
        netlib.modules.wireguard-mesh
        ./network/machines.nix
        ./network/people.nix
        ./network/website.nix
        ./network/care.nix
      ];

      # Recorded on each machine: another network cannot be deployed to it by mistake.
      network.name = "fleet";
    };
}
