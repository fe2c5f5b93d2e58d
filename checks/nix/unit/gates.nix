# Gates: what they wait for, and what waits for them.
{ subject, ... }:
let
  inherit (subject) lib;
  inherit (import ./networks/four-nodes.nix { inherit subject; })
    plan
    after
    migrate
    twoRoles
    ;
  oneRole = import ./networks/one-role.nix { inherit subject; };
  inherit (oneRole) nodesOf role;
  # A network without the nodes above.
  rollOut = oneRole.plan;
in
{
  "gates settle copies, then each batch" = {
    expr = lib.filterAttrs (_: step: step.kind == "gate") (role 3 { canary = true; }).steps;
    expected = {
      "gate:all:0" = {
        kind = "gate";
        rollout = "all";
        batch = 0;
        after = [ ];
        afterCompletion = [
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
        afterCompletion = [ "activate:n1" ];
      };
      "gate:all:2" = {
        kind = "gate";
        rollout = "all";
        batch = 2;
        after = [ "gate:all:1" ];
        afterCompletion = [
          "activate:n2"
          "activate:n3"
        ];
      };
    };
  };
  "what stands between copy and activation of a node waits for the gate of its batch" = {
    expr =
      let
        step = node: before: {
          kind = "command";
          on = "deployer";
          command = "true";
          after = [ "copy:${node}" ];
          inherit before;
        };
        network = subject.evaluate {
          network.name = "rollouts";
          nodes = nodesOf 2;
          roles.all = {
            nodes = [ "*" ];
            rollout.canary = true;
          };
          deploy.steps.first = step "n1" [ "activate:n1" ];
          deploy.steps.next = step "n2" [ "activate:n2" ];
          deploy.steps.early = step "n2" [ "n2" ];
        };
        only = on: (network.planFor { inherit on; }).steps;
      in
      {
        all = lib.mapAttrs (_: step: step.after) (
          lib.getAttrs [
            "first"
            "next"
            "early"
          ] network.plan.steps
        );
        # It is that node's alone, though the gate before it is that of others, too.
        only = builtins.attrNames (lib.filterAttrs (_: step: step.kind == "command") (only [ "n1" ]));
      };
    expected = {
      all = {
        first = [
          "copy:n1"
          "gate:all:0"
        ];
        next = [
          "copy:n2"
          "gate:all:1"
        ];
        early = [ "copy:n2" ];
      };
      only = [ "first" ];
    };
  };
  "gates settle checks from elsewhere as well" = {
    expr =
      (rollOut {
        nodes = nodesOf 2;
        roles.all = {
          nodes = [ "*" ];
          rollout.maxFailures = 1;
        };
        checks.n1.x = {
          tcpSocket.port = 1;
          from.node = "n2";
        };
      }).steps."gate:all:1".afterCompletion;
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
  "a rollout is waited for at its last gate" = {
    expr = after {
      imports = [ twoRoles ];
      roles.first.rollout.batches = [
        1
        "100%"
      ];
    } "activate:c";
    expected = [ "gate:first:2" ];
  };
  "a rollout is held back at its first gate" = {
    expr =
      map
        (after {
          imports = [ twoRoles ];
          roles.second.rollout.canary = true;
        })
        [
          "gate:second:0"
          "activate:c"
          "activate:d"
        ];
    expected = [
      [
        "activate:a"
        "activate:b"
      ]
      [ "gate:second:0" ]
      [ "gate:second:1" ]
    ];
  };
  "two rollouts have one edge" = {
    expr = after {
      imports = [ twoRoles ];
      rollout.maxFailures = 1;
    } "gate:second:0";
    expected = [ "gate:first:1" ];
  };
  "a part of a rollout is waited for as nodes" = {
    expr = after {
      roles.first = {
        nodes = [
          "a"
          "b"
        ];
        rollout.canary = true;
      };
      deploy.order.x = {
        nodes = [ "c" ];
        after = [ "b" ];
      };
    } "activate:c";
    expected = [ "activate:b" ];
  };
  "a rollout and more nodes are waited for as both" = {
    expr = after {
      roles.first = {
        nodes = [
          "a"
          "b"
        ];
        rollout.canary = true;
      };
      deploy.order.x = {
        nodes = [ "d" ];
        after = [ "!d" ];
      };
    } "activate:d";
    expected = [
      "activate:c"
      "gate:first:2"
    ];
  };
  "order within a rollout goes before names" = {
    expr =
      (plan {
        roles.all = {
          nodes = [ "*" ];
          rollout.batches = [
            1
            "100%"
          ];
        };
        nodes.a.deploy.after = [ "c" ];
        nodes.b.deploy.after = [ "a" ];
      }).rollouts.all.nodes;
    expected = [
      "c"
      "d"
      "a"
      "b"
    ];
  };
  "order within a rollout that runs through others counts" = {
    expr =
      (plan {
        roles.all = {
          nodes = [
            "a"
            "b"
          ];
          rollout.canary = true;
        };
        deploy.order.x = {
          nodes = [ "d" ];
          after = [ "b" ];
        };
        deploy.steps.migrate = migrate // {
          on = "d";
          after = [ "d" ];
          before = [ "a" ];
        };
      }).rollouts.all.nodes;
    expected = [
      "b"
      "a"
    ];
  };
  "an order may be added to a gate" = {
    expr = after {
      roles.all = {
        nodes = [ "!d" ];
        rollout.canary = true;
      };
      deploy.steps."gate:all:1".after = [ "d" ];
    } "gate:all:1";
    expected = [
      "activate:d"
      "gate:all:0"
    ];
  };
}
