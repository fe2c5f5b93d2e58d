# Whose rollout takes a node: that of its role, of the network, or none.
{ subject, ... }:
let
  inherit (subject) lib;
  inherit (import ./networks/one-role.nix { inherit subject; }) nodesOf plan;
  kept = rollouts: lib.mapAttrs (_: rollout: { inherit (rollout) role nodes; }) rollouts;
in
{
  "nodes without a role are rolled out when the network says batches or canary" = {
    expr =
      map
        (
          rollout:
          kept
            (plan {
              nodes = nodesOf 3;
              inherit rollout;
              roles.one.nodes = [ "n2" ];
            }).rollouts
        )
        [
          { maxFailures = 1; }
          { canary = true; }
          {
            batches = [
              1
              "100%"
            ];
          }
        ];
    expected =
      let
        one = {
          role = "one";
          nodes = [ "n2" ];
        };
        network = {
          role = null;
          nodes = [
            "n1"
            "n3"
          ];
        };
      in
      [
        { inherit one; }
        { inherit one network; }
        { inherit one network; }
      ];
  };
  "a node of two roles is rolled out with the one that says it" = {
    expr =
      kept
        (plan {
          nodes = lib.recursiveUpdate (nodesOf 3) { n1.role = "two"; };
          roles.one = {
            nodes = [ "*" ];
            rollout.canary = true;
          };
          roles.two.rollout.canary = true;
        }).rollouts;
    expected = {
      one = {
        role = "one";
        nodes = [
          "n2"
          "n3"
        ];
      };
      two = {
        role = "two";
        nodes = [ "n1" ];
      };
    };
  };
  "a node of a role and one that it extends is rolled out with the former" = {
    expr =
      kept
        (plan {
          nodes = nodesOf 3;
          roles.base = {
            nodes = [ "*" ];
            rollout.maxParallel = 1;
          };
          roles.web = {
            nodes = [ "n2" ];
            extends = [ "base" ];
          };
        }).rollouts;
    expected = {
      base = {
        role = "base";
        nodes = [
          "n1"
          "n3"
        ];
      };
      web = {
        role = "web";
        nodes = [ "n2" ];
      };
    };
  };
  "a role that says its rollout goes before one that only has the network's" = {
    expr =
      kept
        (plan {
          nodes = nodesOf 2;
          rollout.maxFailures = 1;
          roles.all.nodes = [ "*" ];
          roles.web = {
            nodes = [ "n2" ];
            rollout.canary = true;
          };
        }).rollouts;
    expected = {
      all = {
        role = "all";
        nodes = [ "n1" ];
      };
      web = {
        role = "web";
        nodes = [ "n2" ];
      };
    };
  };
  "a role and one that it extends have a rollout each, with what the former does not say from the latter" =
    {
      expr =
        lib.mapAttrs
          (_: rollout: {
            inherit (rollout) maxParallel autoRevert coordinator;
            batches = map (batch: batch.nodes) rollout.batches;
          })
          (plan {
            nodes = nodesOf 5;
            roles.base = {
              nodes = [ "*" ];
              rollout = {
                canary = true;
                maxParallel = 1;
              };
            };
            roles.web = {
              nodes = [
                "n2"
                "n4"
                "n5"
              ];
              extends = [ "base" ];
              rollout.autoRevert = "batch";
            };
          }).rollouts;
      expected = {
        base = {
          maxParallel = 1;
          autoRevert = "node";
          coordinator = "n1";
          batches = [
            [ "n1" ]
            [ "n3" ]
          ];
        };
        web = {
          maxParallel = 1;
          autoRevert = "batch";
          coordinator = "n2";
          batches = [
            [ "n2" ]
            [
              "n4"
              "n5"
            ]
          ];
        };
      };
    };
  "rollouts of their own take nodes from roles and the network, the most specific one counts" = {
    expr =
      lib.mapAttrs
        (_: rollout: {
          inherit (rollout)
            nodes
            title
            minHealthyTime
            maxFailures
            ;
        })
        (plan {
          nodes = lib.recursiveUpdate (nodesOf 5) { n2.tags = [ "edge" ]; };
          roles.web = {
            nodes = [ "n[123]" ];
            rollout.canary = true;
          };
          rollout.maxFailures = 2;
          rollouts.edge = {
            nodes = [
              "@edge"
              "n4"
            ];
            timing.minHealthyTime = "1m";
          };
          rollouts.rest = {
            nodes = [
              "n3"
              "*"
              "!n1"
            ];
            maxFailures = 1;
          };
        }).rollouts;
    expected = {
      web = {
        title = "role web";
        nodes = [ "n1" ];
        minHealthyTime = 10;
        maxFailures = 2;
      };
      edge = {
        title = "rollouts.edge";
        nodes = [
          "n2"
          "n4"
        ];
        minHealthyTime = 60;
        maxFailures = 2;
      };
      rest = {
        title = "rollouts.rest";
        nodes = [
          "n3"
          "n5"
        ];
        minHealthyTime = 10;
        maxFailures = 1;
      };
    };
  };
  "a rollout of one's own that says nothing else is one all the same" = {
    expr =
      (plan {
        nodes = nodesOf 2;
        rollouts.all.nodes = [ "*" ];
      }).rollouts.all.nodes;
    expected = [
      "n1"
      "n2"
    ];
  };
}
