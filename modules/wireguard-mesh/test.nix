# The module's example from its README as a test, relays, preshared keys, and what is refused.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.wireguard-mesh
        module
      ];
      network.name = "example";
    };
  example = evaluate ./example.nix;
  inherit (example.config.wireguard-mesh.wg0) members;
  exported = example.config.exports.networks.wireguard-mesh-wg0;

  peersIn =
    config:
    (import ./peers.nix { inherit lib; } (
      import ./table.nix {
        inherit lib;
        inherit (subject) netlib;
        inherit (config) externals;
      } "wg0" config.wireguard-mesh.wg0
    )).peersOf;
  allowedIn =
    config: self:
    lib.listToAttrs (map (peer: lib.nameValuePair peer.name peer.allowedIPs) (peersIn config self));

  # Two relays: pairs of hidden members agree on one of them.
  twoRelays =
    (evaluate {
      nodes = {
        one.addresses = [ "one.example.org" ];
        two.addresses = [ "two.example.org" ];
        a = { };
        b = { };
        c = { };
      };
      wireguard-mesh.wg0 = {
        subnet = "10.0.0.0/24";
        relays = [
          "one"
          "two"
        ];
        members = {
          one.address = "10.0.0.1";
          two.address = "10.0.0.2";
          a.address = "10.0.0.11";
          b = {
            address = "10.0.0.12";
            relay = "two";
          };
          c.address = "10.0.0.13";
        };
      };
    }).config;

  failures =
    module:
    map (item: item.message) (
      builtins.filter (item: !item.assertion) (evaluate module).config.assertions
    );
  says = words: module: builtins.any (lib.hasInfix words) (failures module);
  withMesh = settings: {
    nodes.alpha.addresses = [ "alpha.example.org" ];
    nodes.beta = { };
    nodes.gamma = { };
    externals.phone = { };
    wireguard-mesh.wg0 = {
      subnet = "10.0.0.0/24";
      members = {
        alpha = { };
        beta = { };
        gamma = { };
      };
    }
    // settings;
  };
in
{
  "the README's example: endpoints" = {
    expr = lib.mapAttrs (_: member: member.endpoint) members;
    expected = {
      alpha = "alpha.example.org:51820";
      beta = null;
      gamma = null;
      phone = null;
    };
  };

  "the README's example: keepalive only behind NAT" = {
    expr = lib.mapAttrs (_: member: member.keepalive) members;
    expected = {
      alpha = null;
      beta = 25;
      gamma = 15;
      phone = 25;
    };
  };

  "the README's example: key pairs of nodes, and one node of two makes their preshared key" = {
    expr = lib.mapAttrs (_: node: builtins.attrNames node.facts) example.plan.nodes;
    expected = {
      alpha = [
        "wireguard-mesh-wg0"
        "wireguard-mesh-wg0-kem"
        "wireguard-mesh-wg0-psk-beta"
        "wireguard-mesh-wg0-psk-gamma"
      ];
      beta = [
        "wireguard-mesh-wg0"
        "wireguard-mesh-wg0-kem"
      ];
      gamma = [
        "wireguard-mesh-wg0"
        "wireguard-mesh-wg0-kem"
      ];
    };
  };

  "the README's example: hidden members come after their relay, and each node is checked" = {
    expr = {
      inherit (example.plan.steps."activate:beta") after;
      checks = lib.mapAttrs (_: node: builtins.attrNames node.checks) example.plan.nodes;
    };
    expected = {
      after = [
        "activate:alpha"
        "copy:beta"
      ];
      checks = lib.genAttrs [ "alpha" "beta" "gamma" ] (_: [ "wireguard-mesh-wg0" ]);
    };
  };

  "a single relay carries the whole subnet, however many members there are" = {
    expr = builtins.tail (allowedIn example.config "beta").alpha;
    expected = [
      (builtins.elemAt (allowedIn example.config "gamma").alpha 1)
      "10.10.0.0/24"
      "fd00:10::/64"
    ];
  };

  "hidden members have no tunnel of their own between them" = {
    expr = map (peer: peer.name) (peersIn example.config "beta");
    expected = [ "alpha" ];
  };

  "two members use the same relay in both directions" = {
    expr = lib.genAttrs [ "a" "b" "c" ] (allowedIn twoRelays);
    expected = {
      a = {
        one = [
          "10.0.0.1/32"
          "10.0.0.12/32"
          "10.0.0.13/32"
        ];
        two = [ "10.0.0.2/32" ];
      };
      b = {
        one = [
          "10.0.0.1/32"
          "10.0.0.11/32"
        ];
        two = [
          "10.0.0.2/32"
          "10.0.0.13/32"
        ];
      };
      c = {
        one = [
          "10.0.0.1/32"
          "10.0.0.11/32"
        ];
        two = [
          "10.0.0.2/32"
          "10.0.0.12/32"
        ];
      };
    };
  };

  "a mesh publishes its members, and who reaches whom through whom" = {
    expr = {
      inherit (exported) subnets;
      beta = exported.members.beta.addresses;
      interfaces = lib.mapAttrs (_: member: member.interface) exported.members;
      via = map (link: "${link.from}-${link.to}") (
        builtins.filter (link: (link.via or null) == "alpha") exported.links
      );
      port = example.config.exports.services.alpha.wireguard-mesh-wg0.port;
    };
    expected = {
      subnets = [
        "10.10.0.0/24"
        "fd00:10::/64"
      ];
      beta = [
        "10.10.0.7"
        (builtins.elemAt exported.members.beta.addresses 1)
      ];
      interfaces = {
        alpha = "wg0";
        beta = "wg0";
        gamma = "wg0";
        phone = null;
      };
      via = [
        "beta-gamma"
        "beta-phone"
        "gamma-phone"
      ];
      port = 51820;
    };
  };

  "a mesh without relays reaches directly" = {
    expr =
      (evaluate (withMesh {
        members = {
          alpha = { };
          beta = { };
        };
      })).config.exports.networks.wireguard-mesh-wg0.links;
    expected = null;
  };

  "a relay may come after who needs it where something else wants that" = {
    expr =
      map
        (
          reach:
          let
            evaluated = evaluate {
              imports = [ ./example.nix ];
              wireguard-mesh.wg0 = { inherit reach; };
              nodes.alpha.deploy.after = [ "beta" ];
            };
          in
          lib.concatMap (item: lib.optional (!item.assertion) (lib.hasInfix "circle" item.message)) (
            evaluated.config.assertions
          )
        )
        [
          "kept"
          "all"
        ];
    expected = [
      [ ]
      [ ]
    ];
  };
  "two hidden members need a relay" = {
    expr = says "relays" (withMesh { });
    expected = true;
  };
  "a relay is a member" = {
    expr = says "the relay `phone` is no member" (withMesh {
      relays = [ "phone" ];
    });
    expected = true;
  };
  "a relay has an endpoint" = {
    expr = says "the relay `beta` has no endpoint" (withMesh {
      relays = [ "beta" ];
    });
    expected = true;
  };
  "an external says its key" = {
    expr = says "externals.phone.publicKeys.wireguard" (withMesh {
      members = {
        alpha = { };
        phone = { };
      };
    });
    expected = true;
  };
  "a key of an external is one" = {
    expr = says "is no WireGuard public key" (withMesh {
      members = {
        alpha = { };
        phone.publicKey = "abc";
      };
    });
    expected = true;
  };

  "networks that set no port have one each where they meet on a node" = {
    expr =
      let
        inherit
          ((subject.evaluate {
            imports = [
              modules.wireguard-mesh
              modules.wireguard-vpn
            ];
            network.name = "example";
            nodes = lib.genAttrs [ "alpha" "beta" "gamma" "delta" ] (name: {
              addresses = [ name ];
            });
            wireguard-mesh.wg0 = {
              subnet = "10.10.0.0/24";
              members.alpha = { };
            };
            wireguard-mesh.wg1 = {
              subnet = "10.11.0.0/24";
              listenPort = 51821;
              members.alpha = { };
            };
            wireguard-mesh.wg2 = {
              subnet = "10.12.0.0/24";
              members.beta = { };
            };
            wireguard-vpn.wg3 = {
              subnet = "10.13.0.0/24";
              servers.alpha = { };
            };
          }).config
          )
          wireguard-mesh
          wireguard-vpn
          ;
        portsIn = lib.mapAttrsToList (_: member: member.listenPort);
      in
      {
        ports =
          map (name: portsIn wireguard-mesh.${name}.members) [
            "wg0"
            "wg1"
            "wg2"
          ]
          ++ [ (portsIn wireguard-vpn.wg3.servers) ];
        endpoint = wireguard-vpn.wg3.servers.alpha.endpoint;
      };
    expected = {
      ports = [
        [ 51820 ]
        [ 51821 ]
        [ 51820 ]
        [ 51822 ]
      ];
      endpoint = "alpha:51822";
    };
  };
}
