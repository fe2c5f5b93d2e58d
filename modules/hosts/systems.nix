# The README's example as NixOS systems, the same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  systems =
    (subject.outputsOf {
      default = {
        imports = [
          modules.hosts
          ./example.nix
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
      };
    }).nixosConfigurations;
  router = systems.router.config;
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) systems;
    expected = {
      alpha = true;
      beta = true;
      router = true;
    };
  };

  "names are in the hosts file" = {
    expr = systems.beta.config.networking.hosts."10.10.0.2";
    expected = [
      "alpha.home.arpa"
      "alpha"
      "alpha.wg0.home.arpa"
      "alpha.wg0"
    ];
  };

  "the zone, as the router sees the network" = {
    expr = router.services.nsd.zones."home.arpa".data;
    expected = ''
      $ORIGIN home.arpa.
      $TTL 300
      @ IN SOA router hostmaster 1 3600 600 86400 300
      @ IN NS router
      router IN A 192.168.7.1
      alpha IN A 192.168.7.10
      alpha.lan IN A 192.168.7.10
      alpha.wg0 IN A 10.10.0.2
      beta IN A 10.10.0.3
      beta.wg0 IN A 10.10.0.3
      router.lan IN A 192.168.7.1
      router.wg0 IN A 10.10.0.1
      router.wg0 IN AAAA fd00:10::1
      phone IN A 192.168.7.20
      phone.lan IN A 192.168.7.20
    '';
  };

  "it is served in the networks only" = {
    expr = {
      inherit (router.services.nsd) enable interfaces ipTransparent;
      cable = router.networking.firewall.interfaces.enp1s0.allowedUDPPorts;
      everywhere = builtins.elem 53 router.networking.firewall.allowedUDPPorts;
      others = systems.alpha.config.services.nsd.enable;
    };
    expected = {
      enable = true;
      interfaces = [
        "192.168.7.1"
        "10.10.0.1"
        "fd00:10::1"
      ];
      ipTransparent = true;
      cable = [ 53 ];
      everywhere = false;
      others = false;
    };
  };
}
