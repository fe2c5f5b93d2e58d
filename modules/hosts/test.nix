# The README's example as a test: who is called what, as seen from where. And what is refused.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.hosts
        module
      ];
      network.name = "example";
    };
  tableOf =
    config:
    import ./table.nix {
      inherit config lib;
      netlib =
        subject.netlib
        // (import ../../lib/paths.nix {
          inherit config lib;
          errors = import ../../lib/errors.nix { inherit lib; };
        });
    } "home" config.hosts.home;
  example = evaluate ./example.nix;
  table = tableOf example.config;
  failures =
    evaluated:
    map (item: item.message) (builtins.filter (item: !item.assertion) evaluated.config.assertions);
  says = words: evaluated: builtins.any (lib.hasInfix words) (failures evaluated);
in
{
  "names as alpha sees them: the cable before the mesh, the mesh before public addresses" = {
    expr = table.nodes.alpha;
    expected = {
      "192.168.7.1" = [
        "router.home.arpa"
        "router"
        "router.lan.home.arpa"
        "router.lan"
      ];
      "192.168.7.10" = [
        "alpha.lan.home.arpa"
        "alpha.lan"
      ];
      "192.168.7.20" = [
        "phone.home.arpa"
        "phone"
        "phone.lan.home.arpa"
        "phone.lan"
      ];
      "10.10.0.1" = [
        "router.wg0.home.arpa"
        "router.wg0"
      ];
      "fd00:10::1" = [
        "router.wg0.home.arpa"
        "router.wg0"
      ];
      "10.10.0.2" = [
        "alpha.wg0.home.arpa"
        "alpha.wg0"
      ];
      "10.10.0.3" = [
        "beta.home.arpa"
        "beta"
        "beta.wg0.home.arpa"
        "beta.wg0"
      ];
    };
  };

  "names as beta sees them: nothing of a cable that it is not on" = {
    expr = lib.mapAttrs (_: lib.filter (name: !(lib.hasSuffix ".arpa" name))) table.nodes.beta;
    expected = {
      "10.10.0.1" = [
        "router"
        "router.wg0"
      ];
      "fd00:10::1" = [
        "router"
        "router.wg0"
      ];
      "10.10.0.2" = [
        "alpha"
        "alpha.wg0"
      ];
      "10.10.0.3" = [ "beta.wg0" ];
    };
  };

  "only some networks, only some nodes" = {
    expr =
      (tableOf
        (evaluate {
          imports = [ ./example.nix ];
          hosts.home = {
            domain = lib.mkForce null;
            dns.nodes = lib.mkForce [ ];
            nodes = [ "alpha" ];
            networks = [ "wg0" ];
          };
        }).config
      ).nodes;
    expected.alpha = {
      "10.10.0.1" = [
        "router"
        "router.wg0"
      ];
      "fd00:10::1" = [
        "router"
        "router.wg0"
      ];
      "10.10.0.2" = [ "alpha.wg0" ];
      "10.10.0.3" = [
        "beta"
        "beta.wg0"
      ];
    };
  };

  "a public address counts when there is no network" = {
    expr =
      (tableOf
        (evaluate {
          nodes.alpha = { };
          nodes.beta.addresses = [
            "beta.example.org"
            "2001:DB8:0::7"
          ];
          hosts.home = { };
        }).config
      ).nodes;
    expected = {
      alpha."2001:db8::7" = [ "beta" ];
      beta = { };
    };
  };

  "the name server is checked, and its port known to others" = {
    expr = {
      checks = builtins.attrNames example.plan.nodes.router.checks;
      ports = lib.unique (
        lib.mapAttrsToList (_: service: service.port) example.config.exports.services.router
      );
    };
    expected = {
      checks = [ "hosts-home" ];
      ports = [ 53 ];
    };
  };

  "what cannot be served is refused" = {
    expr = [
      (says "hosts.home.dns needs the domain" (evaluate {
        imports = [ ./example.nix ];
        hosts.home.domain = lib.mkForce null;
      }))
      (says "there is no network `wg9`. Networks are `lan`, `wg0`, in `" (evaluate {
        imports = [ ./example.nix ];
        hosts.home.networks = [ "wg9" ];
      }))
      (says "`alpha` have no address in a network" (evaluate {
        nodes.alpha = { };
        hosts.home = {
          domain = "home.arpa";
          dns.nodes = [ "alpha" ];
        };
      }))
      (says "two services listen on UDP port 53" (evaluate {
        imports = [ ./example.nix ];
        exports.services.router.resolver = {
          port = 53;
          protocol = "udp";
        };
      }))
    ];
    expected = [
      true
      true
      true
      true
    ];
  };
}
