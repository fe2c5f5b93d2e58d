# Rollouts: their settings, and where those come from.
{ subject, ... }:
let
  inherit (subject) lib;
  inherit (import ./networks/one-role.nix { inherit subject; })
    nodesOf
    plan
    role
    ;
in
{
  "what is not said has its default" = {
    expr = removeAttrs (role 2 { maxFailures = 0; }).rollouts.all [
      "nodes"
      "batches"
      "digest"
      "reverts"
    ];
    expected = {
      role = "all";
      title = "role all";
      coordinator = "n1";
      standbys = [ "n2" ];
      maxParallel = null;
      maxUnavailable = null;
      minHealthyTime = 10;
      healthyDeadline = 300;
      progressDeadline = 600;
      maxFailures = 0;
      pause = null;
      approvers = { };
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
  "approvers are those of the network, unless a role names its own" = {
    expr =
      let
        key =
          name: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG ${name}";
        inherit
          (plan {
            nodes = nodesOf 2;
            rollout.approvers.anna = [ (key "anna") ];
            roles.one.nodes = [ "n1" ];
            roles.two = {
              nodes = [ "n2" ];
              rollout.approvers.bob = [ (key "bob") ];
            };
          })
          rollouts
          ;
      in
      lib.mapAttrs (_: rollout: builtins.attrNames rollout.approvers) rollouts;
    expected = {
      one = [ "anna" ];
      two = [ "bob" ];
    };
  };
  "the deployers may be the approvers" = {
    expr =
      (plan (
        { config, ... }:
        {
          imports = [ ../../../modules/deploy-access ];
          nodes.n1.target.user = "root";
          roles.all.nodes = [ "*" ];
          deploy-access.deployers.anna.keys = [
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG anna"
          ];
          rollout.approvers = lib.mapAttrs (_: deployer: deployer.keys) config.deploy-access.deployers;
        }
      )).rollouts.all.approvers;
    expected.anna = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG anna"
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
              timing.minHealthyTime = 1;
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
  "the patience with a node is that of its rollout" = {
    expr =
      lib.mapAttrs (_: node: node.health.minHealthyTime)
        (plan {
          nodes = nodesOf 2;
          rollout.timing.minHealthyTime = 3;
          roles.one = {
            nodes = [ "n1" ];
            rollout.timing.minHealthyTime = 7;
          };
        }).nodes;
    expected = {
      n1 = 7;
      n2 = 3;
    };
  };
  "outside of rollouts two looks in a row decide, unless the network says how long" = {
    expr =
      let
        inherit
          (plan {
            nodes = nodesOf 2;
            roles.one = {
              nodes = [ "n1" ];
              rollout.canary = true;
            };
          })
          nodes
          ;
        said = plan {
          nodes = nodesOf 1;
          rollout.timing.minHealthyTime = 10;
        };
      in
      lib.mapAttrs (_: node: { inherit (node.health) minHealthyTime successThreshold; }) (
        nodes
        // {
          inherit (said.nodes) n1;
          rolled = nodes.n1;
        }
      );
    expected = {
      rolled = {
        minHealthyTime = 10;
        successThreshold = 1;
      };
      n1 = {
        minHealthyTime = 10;
        successThreshold = 1;
      };
      n2 = {
        minHealthyTime = 0;
        successThreshold = 2;
      };
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
