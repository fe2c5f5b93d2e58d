# Rollouts: batches, canaries, limits, gates, and whose rollout takes a node.
{ subject, ... }:
let
  inherit (subject) lib;
  names = count: map (index: "n${toString index}") (lib.range 1 count);
  nodesOf = count: lib.genAttrs (names count) (_: { });
  plan =
    module:
    (subject.evaluate {
      imports = [ module ];
      network.name = "rollouts";
    }).plan;
  # One role with so many nodes.
  role =
    count: rollout:
    plan {
      nodes = nodesOf count;
      roles.all = {
        nodes = [ "*" ];
        inherit rollout;
      };
    };
  sizes =
    count: rollout: map (batch: builtins.length batch.nodes) (role count rollout).rollouts.all.batches;
  batchesOf = rollout: map (batch: batch.nodes) rollout.batches;
  limit =
    count: rollout: name:
    (role count ({ maxFailures = 0; } // rollout)).rollouts.all.${name};
  kept = rollouts: lib.mapAttrs (_: rollout: { inherit (rollout) role nodes; }) rollouts;
in
{
  "without a list there is one batch" = {
    expr = sizes 7 { maxFailures = 0; };
    expected = [ 7 ];
  };
  "the list says how many nodes have been taken" = {
    expr = sizes 8 {
      batches = [
        1
        "25%"
        "100%"
      ];
    };
    expected = [
      1
      1
      6
    ];
  };
  "percentages are rounded down" = {
    expr = sizes 7 {
      batches = [
        "30%"
        "50%"
        "100%"
      ];
    };
    expected = [
      2
      1
      4
    ];
  };
  "percentages are at least one node" = {
    expr = sizes 3 {
      batches = [
        "1%"
        "100%"
      ];
    };
    expected = [
      1
      2
    ];
  };
  "what has been reached adds no batch" = {
    expr = sizes 3 {
      batches = [
        1
        "10%"
        "40%"
        "70%"
        "100%"
      ];
    };
    expected = [
      1
      1
      1
    ];
  };
  "numbers above the total are the total" = {
    expr = sizes 3 {
      batches = [
        2
        10
        "100%"
      ];
    };
    expected = [
      2
      1
    ];
  };
  "one node is one batch" = {
    expr = sizes 1 {
      canary = true;
      batches = [
        1
        "50%"
        "100%"
      ];
    };
    expected = [ 1 ];
  };
  "the canary is a batch of its own and counts" = {
    expr = sizes 8 {
      canary = true;
      batches = [
        "50%"
        "100%"
      ];
    };
    expected = [
      1
      3
      4
    ];
  };
  "a first batch of one after a canary is the canary" = {
    expr = sizes 4 {
      canary = true;
      batches = [
        1
        "100%"
      ];
    };
    expected = [
      1
      3
    ];
  };
  "a thousand nodes in thirds" = {
    expr = sizes 1000 {
      batches = [
        "33%"
        "66%"
        "100%"
      ];
    };
    expected = [
      330
      330
      340
    ];
  };
  "the canary is the first name" = {
    expr = batchesOf (role 3 { canary = true; }).rollouts.all;
    expected = [
      [ "n1" ]
      [
        "n2"
        "n3"
      ]
    ];
  };
  "the canary is the one that was said, and comes first" = {
    expr =
      let
        rollout = (role 3 { canary = "n2"; }).rollouts.all;
      in
      {
        inherit (rollout) batches nodes coordinator;
      };
    expected = {
      batches = [
        {
          nodes = [ "n2" ];
          canary = true;
        }
        {
          nodes = [
            "n1"
            "n3"
          ];
          canary = false;
        }
      ];
      nodes = [
        "n2"
        "n1"
        "n3"
      ];
      coordinator = "n2";
    };
  };
  "the canary stays when nodes are added behind it" = {
    expr = map (count: (role count { canary = true; }).rollouts.all.coordinator) [
      2
      5
      9
    ];
    expected = [
      "n1"
      "n1"
      "n1"
    ];
  };
  "maxUnavailable and maxParallel of a percentage" = {
    expr = [
      (limit 10 { maxUnavailable = "25%"; } "maxUnavailable")
      (limit 3 { maxUnavailable = "25%"; } "maxUnavailable")
      (limit 10 { maxParallel = "39%"; } "maxParallel")
      (limit 10 { maxParallel = 4; } "maxParallel")
      (limit 10 { } "maxParallel")
    ];
    expected = [
      2
      1
      3
      4
      null
    ];
  };
  "a percentage of failures may be none" = {
    expr = map (maxFailures: limit 10 { inherit maxFailures; } "maxFailures") [
      "5%"
      "25%"
      3
      0
    ];
    expected = [
      0
      2
      3
      0
    ];
  };
  "what is not said has its default" = {
    expr = removeAttrs (role 2 { maxFailures = 0; }).rollouts.all [
      "nodes"
      "batches"
    ];
    expected = {
      role = "all";
      coordinator = "n1";
      maxParallel = null;
      maxUnavailable = null;
      minHealthyTime = 10;
      healthyDeadline = 300;
      progressDeadline = 600;
      maxFailures = 0;
      pause = null;
      autoPromote = false;
      autoRevert = "node";
      onUnreachable = "fail";
      irreversible = false;
    };
  };
  "a pause and its deadline" = {
    expr =
      (role 2 {
        canary = true;
        pause.after = "canary";
      }).rollouts.all.pause;
    expected = {
      after = "canary";
      deadline = 3600;
    };
  };
  "gates settle copies, then each batch" = {
    expr = lib.filterAttrs (_: step: step.kind == "gate") (role 3 { canary = true; }).steps;
    expected = {
      "gate:all:0" = {
        kind = "gate";
        rollout = "all";
        batch = 0;
        after = [ ];
        settles = [
          "copy:n1"
          "copy:n2"
          "copy:n3"
        ];
      };
      "gate:all:1" = {
        kind = "gate";
        rollout = "all";
        batch = 1;
        after = [ "gate:all:0" ];
        settles = [ "activate:n1" ];
      };
      "gate:all:2" = {
        kind = "gate";
        rollout = "all";
        batch = 2;
        after = [ "gate:all:1" ];
        settles = [
          "activate:n2"
          "activate:n3"
        ];
      };
    };
  };
  "gates settle checks from elsewhere as well" = {
    expr =
      (plan {
        nodes = nodesOf 2;
        roles.all = {
          nodes = [ "*" ];
          rollout.maxFailures = 1;
        };
        checks.n1.x = {
          tcpSocket.port = 1;
          from.node = "n2";
        };
      }).steps."gate:all:1".settles;
    expected = [
      "activate:n1"
      "activate:n2"
      "check:n1"
    ];
  };
  "a batch waits for the gate before it and no other" = {
    expr =
      map
        (
          name:
          (role 3 {
            batches = [
              1
              2
              "100%"
            ];
          }).steps."activate:${name}".after
        )
        [
          "n1"
          "n2"
          "n3"
        ];
    expected = [
      [
        "copy:n1"
        "gate:all:0"
      ]
      [
        "copy:n2"
        "gate:all:1"
      ]
      [
        "copy:n3"
        "gate:all:2"
      ]
    ];
  };
  "nobody says anything, nothing is rolled out" = {
    expr =
      (plan {
        nodes = nodesOf 2;
        roles.all.nodes = [ "*" ];
      }).rollouts;
    expected = { };
  };
  "the network's rollout is the default of roles" = {
    expr =
      let
        inherit
          (plan {
            nodes = nodesOf 4;
            rollout = {
              maxFailures = 2;
              autoRevert = "batch";
              minHealthyTime = 1;
            };
            roles.one.nodes = [
              "n1"
              "n2"
            ];
            roles.two = {
              nodes = [ "n3" ];
              rollout.maxFailures = 1;
            };
          })
          rollouts
          ;
      in
      lib.mapAttrs (_: rollout: {
        inherit (rollout) maxFailures autoRevert minHealthyTime;
      }) rollouts;
    expected = {
      one = {
        maxFailures = 2;
        autoRevert = "batch";
        minHealthyTime = 1;
      };
      two = {
        maxFailures = 1;
        autoRevert = "batch";
        minHealthyTime = 1;
      };
    };
  };
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
  "the network's own canary is not that of roles" = {
    expr =
      let
        inherit
          (plan {
            nodes = nodesOf 4;
            rollout.canary = "n3";
            roles.one.nodes = [
              "n1"
              "n2"
            ];
          })
          rollouts
          ;
      in
      lib.mapAttrs (_: rollout: rollout.coordinator) rollouts;
    expected = {
      network = "n3";
      one = "n1";
    };
  };
  "a role takes what it does not say from the nearest role it extends that says it" = {
    expr =
      let
        inherit
          (plan {
            nodes = nodesOf 2;
            rollout.autoRevert = "node";
            rollout.maxFailures = 9;
            roles = {
              far.rollout = {
                maxFailures = 3;
                maxParallel = 5;
              };
              near = {
                extends = [ "far" ];
                rollout.maxParallel = 2;
              };
              web = {
                extends = [ "near" ];
                nodes = [ "*" ];
                rollout.autoRevert = "batch";
              };
            };
          })
          rollouts
          ;
      in
      {
        names = builtins.attrNames rollouts;
        inherit (rollouts.web) maxFailures maxParallel autoRevert;
      };
    expected = {
      names = [ "web" ];
      maxFailures = 3;
      maxParallel = 2;
      autoRevert = "batch";
    };
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
  "the patience with a node is that of its rollout" = {
    expr =
      lib.mapAttrs (_: node: node.health.minHealthyTime)
        (plan {
          nodes = nodesOf 2;
          rollout.minHealthyTime = 3;
          roles.one = {
            nodes = [ "n1" ];
            rollout.minHealthyTime = 7;
          };
        }).nodes;
    expected = {
      n1 = 7;
      n2 = 3;
    };
  };
  "a pause after a canary that there is not is a warning" = {
    expr = builtins.length (role 2 { pause.after = "canary"; }).warnings;
    expected = 1;
  };
  "rollouts of a thousand nodes do not exhaust the evaluator" = {
    expr = builtins.length (
      builtins.attrNames
        (role 1000 {
          batches = [
            1
            "10%"
            "50%"
            "100%"
          ];
        }).steps
    );
    expected = 3005;
  };
}
