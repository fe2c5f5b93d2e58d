# Order: edges between nodes, tags, roles and instances of network modules.
{ subject, ... }:
let
  inherit (subject) lib modules;
  inherit (import ./networks/four-nodes.nix { inherit subject; })
    plan
    after
    resolved
    mesh
    twoRoles
    ;
in
{
  "an order between selectors" = {
    expr =
      map
        (after {
          deploy.order.x = {
            nodes = [ "!a & !b" ];
            after = [ "[ab]" ];
          };
        })
        [
          "activate:a"
          "activate:b"
          "activate:c"
          "activate:d"
        ];
    expected = [
      [ ]
      [ ]
      [
        "activate:a"
        "activate:b"
      ]
      [
        "activate:a"
        "activate:b"
      ]
    ];
  };
  "an order by tags" = {
    expr = after {
      nodes.a.tags = [ "early" ];
      nodes.b.tags = [ "early" ];
      deploy.order.x = {
        nodes = [ "d" ];
        after = [ "@early" ];
      };
    } "activate:d";
    expected = [
      "activate:a"
      "activate:b"
    ];
  };
  "the members of an instance before a role" = {
    expr =
      map
        (after {
          imports = [ mesh ];
          roles.web.nodes = [
            "c"
            "d"
          ];
          deploy.order.mesh-before-web = {
            nodes = [ "role:web" ];
            after = [ "module:wireguard-mesh.wg0" ];
          };
        })
        [
          "activate:a"
          "activate:b"
          "activate:c"
          "activate:d"
        ];
    expected = [
      [ ]
      [ ]
      [
        "activate:a"
        "activate:b"
      ]
      [
        "activate:a"
        "activate:b"
      ]
    ];
  };
  "the members of all instances of a module after a node" = {
    expr =
      map
        (after {
          imports = [ mesh ];
          wireguard-mesh.wg1 = {
            subnet = "10.11.0.0/24";
            listenPort = 51821;
            members.c = { };
          };
          deploy.order.x = {
            nodes = [ "module:wireguard-mesh.*" ];
            after = [ "d" ];
          };
        })
        [
          "activate:a"
          "activate:b"
          "activate:c"
        ];
    expected = [
      [ "activate:d" ]
      [ "activate:d" ]
      [ "activate:d" ]
    ];
  };
  "instances and roles may name each other one way, and it is known who takes part" = {
    expr =
      let
        planned = resolved {
          imports = [
            mesh
            modules.hello
          ];
          exports.networks.lan.members = lib.genAttrs [ "a" "b" "c" ] (name: {
            addresses = [
              "192.0.2.${
                toString (
                  lib.lists.findFirstIndex (other: other == name) 0 [
                    "a"
                    "b"
                    "c"
                  ]
                  + 1
                )
              }"
            ];
          });
          roles.web.nodes = [ "module:wireguard-mesh.wg0" ];
          hello.one = {
            server = "c";
            clients = [ "role:web & !a" ];
          };
          hello.two = {
            server = "a";
            clients = [ "module:hello.one & !a" ];
          };
        };
      in
      {
        modules = planned.instances;
        roles = planned.roles.web.nodes;
      };
    expected = {
      modules = {
        "hello.one" = [
          "b"
          "c"
        ];
        "hello.two" = [
          "a"
          "b"
          "c"
        ];
        "wireguard-mesh.wg0" = [
          "a"
          "b"
        ];
      };
      roles = [
        "a"
        "b"
      ];
    };
  };
  "a node says what is before and after it" = {
    expr =
      map
        (after {
          nodes.b.deploy = {
            after = [ "a" ];
            before = [
              "c"
              "d"
            ];
          };
        })
        [
          "activate:a"
          "activate:b"
          "activate:c"
          "activate:d"
        ];
    expected = [
      [ ]
      [ "activate:a" ]
      [ "activate:b" ]
      [ "activate:b" ]
    ];
  };
  "an order between roles that are not rolled out is one between their nodes" = {
    expr = after twoRoles "activate:c";
    expected = [
      "activate:a"
      "activate:b"
    ];
  };
  "what comes next waits for checks from elsewhere" = {
    expr = map (after {
      checks.a.x = {
        tcpSocket.port = 1;
        from = "deployer";
      };
      checks.b.x.tcpSocket.port = 1;
      deploy.order.x = {
        nodes = [ "c" ];
        after = [
          "a"
          "b"
        ];
      };
    }) [ "activate:c" ];
    expected = [
      [
        "activate:b"
        "check:a"
      ]
    ];
  };
  "an order that names no node orders nothing" = {
    expr =
      (plan {
        deploy.order.x = {
          nodes = [ "c" ];
          after = [ "a & b" ];
        };
      }).steps == (plan { }).steps;
    expected = true;
  };
}
