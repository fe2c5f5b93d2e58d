# The steps and rollouts that some nodes and a goal leave of a network.
{
  lib,
  errors,
  graph,
}:
config:
let
  inherit (config) resolved;
  inherit (import ./contract.nix { inherit lib graph; }) contract;
  goals = import ./goal.nix { inherit lib; };
  record = import ./json.nix { inherit lib errors; } config;
  selection = import ./selection.nix { inherit lib; };
  wavesOf = (import ./reverts.nix { inherit lib graph; }).wavesOf resolved.sorted;
in
{
  # Overrides the goal of every node; null leaves it to them.
  goal,
  # Null when nothing is to be walked.
  nodes,
  # Whether every node is restarted that has to be.
  reboot ? false,
  # What a plan adds and leaves out.
  run,
}:
let
  isSelected = lib.genAttrs (if nodes == null then [ ] else nodes) (_: true);
  only = builtins.filter (name: isSelected ? ${name});

  goalOf = name: if goal != null then goal else config.nodes.${name}.activation.goal;
  restartsOf =
    name:
    goals.boots (goalOf name) && (reboot || config.nodes.${name}.activation.reboot == "when-needed");
  # Steps of several nodes, or of none, know only the goal of the whole run.
  goalOfRun = if goal != null then goal else "switch";
  goalFor = step: if step.node or null == null then goalOfRun else goalOf step.node;

  concerns = selection.concerning {
    steps = resolved.graph;
    inherit (resolved.sorted) followers;
    inherit (resolved) rollouts;
    isSelected = name: isSelected ? ${name};
    isAlways = isOwn;
  };
  isOwn = id: run.own or { } ? ${id};
  # Of a plan's own steps those of this request; others only where it deploys.
  isOfStage = id: if isOwn id then run.isWanted id else run.deploys;
  isKept =
    id:
    let
      step = resolved.graph.${id};
    in
    isOfStage id
    && concerns id
    && (
      if step ? restartOf then
        restartsOf step.restartOf
      else
        goals.does (goalFor step) step.kind
        || (step.forRestartOf or null != null && restartsOf step.forRestartOf)
    );

  steps =
    if nodes == null || run.isPrepare then
      run.steps
    else
      contract {
        steps = resolved.graph;
        inherit (resolved) sorted;
        inherit isKept;
      };
  ofKind = kind: builtins.filter (step: step.kind == kind) (builtins.attrValues steps);

  restricted =
    id:
    let
      whole = record.rollout id resolved.rollouts.${id};
      members = only whole.nodes;
    in
    whole
    // {
      nodes = members;
      # Batches keep their numbers, also those that have no node left, of which there is nothing to look at.
      batches = map (
        batch:
        let
          nodes = only batch.nodes;
        in
        batch
        // {
          inherit nodes;
          pause = if nodes == [ ] then null else batch.pause;
        }
      ) whole.batches;
      reverts = wavesOf members;
      digest = {
        rollout = builtins.hashString "sha256" (
          builtins.toJSON [
            config.network.id
            whole
          ]
        );
        # What is approved is the same whatever is selected; without a pause, no other system has to be evaluated.
        systems = if whole.pause == null then members else whole.nodes;
      };
    };
  # Without an activation there is nothing that a rollout could keep to.
  rollouts = lib.genAttrs (graph.unique (map (step: step.rollout) (ofKind "gate"))) restricted;
in
{
  inherit
    goalOf
    restartsOf
    rollouts
    steps
    ;

  # Nodes whose checks are made from elsewhere: after their activation, or before their rollout.
  watched = graph.unique (
    map (step: step.node) (ofKind "check")
    ++ lib.concatMap (rollout: rollout.nodes) (builtins.attrValues rollouts)
  );

  hasDeployerCommands = builtins.any (step: step.on == "deployer" || step.input or null != null) (
    ofKind "command"
  );
}
