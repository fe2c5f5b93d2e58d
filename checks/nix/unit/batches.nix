# Batches: how many nodes each has, which one is the canary, and what percentages come to.
{ subject, ... }:
let
  inherit (import ./networks/one-role.nix { inherit subject; }) role;
  sizes =
    count: rollout: map (batch: builtins.length batch.nodes) (role count rollout).rollouts.all.batches;
  batchesOf = rollout: map (batch: batch.nodes) rollout.batches;
  limit =
    count: rollout: name:
    (role count ({ maxFailures = 0; } // rollout)).rollouts.all.${name};
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
          pause = null;
        }
        {
          nodes = [
            "n1"
            "n3"
          ];
          canary = false;
          pause = null;
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
}
