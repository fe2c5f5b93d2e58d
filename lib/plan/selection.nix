# Which steps concern some of the nodes.
{ lib }:
let
  # The node whose selection decides about a step, or null.
  ownerOf =
    step:
    # What stands around a restart is of the node that restarts, wherever it runs.
    if step ? restartOf then
      step.restartOf
    # So is what stands between the copy and the activation of one node.
    else if step ? turnOf then
      step.turnOf
    # A node may be called deployer: only `on` means the machine that deploys.
    else if step.on or null == null then
      step.node or null
    else if step.on == "deployer" then
      null
    else
      step.on;

  isOfDeployer = step: step.kind == "command" && ownerOf step == null;
  beforeOf = step: step.after ++ step.afterCompletion or [ ];
in
{
  inherit ownerOf;

  /**
    The steps of these nodes, the gates of batches that have one of them, and commands of the deployer that stand directly before
    or after one of those, or alone.

    # Type

    ```
    concerning :: { steps; followers; rollouts; isSelected = name -> bool; isAlways = id -> bool; } -> (id -> bool)
    ```
  */
  concerning =
    {
      steps,
      followers,
      rollouts,
      isSelected,
      isAlways ? _: false,
    }:
    let
      judged =
        step:
        let
          rollout = rollouts.${step.rollout};
        in
        if step.batch == 0 then rollout.nodes else (builtins.elemAt rollout.batches (step.batch - 1)).nodes;

      isOwn =
        step:
        let
          owner = ownerOf step;
        in
        if step.kind == "gate" then
          builtins.any isSelected (judged step)
        else
          owner != null && isSelected owner;
      own = lib.mapAttrs (_: isOwn) steps;

      commands = lib.filterAttrs (_: isOfDeployer) steps;
      besides = id: beforeOf steps.${id} ++ followers.${id} or [ ];
      # One command may hang on another one.
      kept = lib.genAttrs (map (item: item.key) (
        builtins.genericClosure {
          startSet = map (key: { inherit key; }) (
            builtins.filter (
              id: isAlways id || besides id == [ ] || builtins.any (beside: own.${beside}) (besides id)
            ) (builtins.attrNames commands)
          );
          operator =
            item:
            map (key: { inherit key; }) (builtins.filter (beside: commands ? ${beside}) (besides item.key));
        }
      )) (_: true);
    in
    id: own.${id} || kept ? ${id};
}
