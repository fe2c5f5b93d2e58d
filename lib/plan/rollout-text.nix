# The rollouts of a plan for reading: which nodes go together, what each gate waits and asks for, what is reverted.
{
  lib,
  document,
  branches,
  leaf,
  levelOf,
}:
let
  inherit (document) rollouts steps;

  limits =
    rollout:
    lib.concatStringsSep " · " (
      [ rollout.title ]
      ++ lib.optional (rollout.maxParallel != null) "maxParallel ${toString rollout.maxParallel}"
      ++ lib.optional (rollout.maxUnavailable != null) "maxUnavailable ${toString rollout.maxUnavailable}"
      ++ [
        "maxFailures ${toString rollout.maxFailures}"
        "progress deadline ${toString rollout.progressDeadline} s"
        "onUnreachable ${rollout.onUnreachable}"
        (
          if rollout.irreversible then
            "irreversible: nothing is reverted"
          else
            "autoRevert ${rollout.autoRevert}"
        )
      ]
    );

  gatesOf =
    id:
    lib.listToAttrs (
      map (gate: lib.nameValuePair (toString steps.${gate}.batch) gate) (
        builtins.filter (gate: steps.${gate}.kind == "gate" && steps.${gate}.rollout == id) (
          builtins.attrNames steps
        )
      )
    );

  # The gate by its id, and what of other rollouts and commands it waits for.
  gateLine =
    id: gates: number:
    let
      gate = gates.${toString number} or null;
      others = builtins.filter (before: steps.${before}.rollout or null != id) steps.${gate}.after;
    in
    if gate == null then
      "gate: "
    else
      "${gate}: " + lib.optionalString (others != [ ]) "after ${lib.concatStringsSep ", " others}, ";

  draw =
    id: rollout:
    let
      gates = gatesOf id;
      numbered = lib.imap1 (number: batch: { inherit number batch; }) rollout.batches;
      kept = builtins.filter (item: item.batch.nodes != [ ]) numbered;
      last = lib.last kept;
      wait =
        item:
        lib.optionalString (item.batch.pause != null && item.number != last.number) (
          "; waits for approval, "
          + (if rollout.autoPromote then "goes on if nothing failed" else "stays paused")
          + " after ${toString item.batch.pause} s"
        );
      batch = item: {
        line = "batch ${toString item.number}${lib.optionalString item.batch.canary " (canary)"}: ${lib.concatStringsSep ", " item.batch.nodes}";
        below = [
          "└─ ${gateLine id gates item.number}healthy for ${toString rollout.minHealthyTime} s within ${toString rollout.healthyDeadline} s${wait item}"
        ];
      };
    in
    [ "rollout ${id}: ${limits rollout}" ]
    ++ branches (
      [ (leaf "${gateLine id gates 0}lock on ${rollout.coordinator}, no failure so far") ]
      ++ map batch kept
    );

  # As they follow each other.
  first = id: lib.foldl' lib.min (levelOf "gate:${id}:0") [ ];
  inOrder = builtins.sort (a: b: first a < first b || (first a == first b && a < b)) (
    builtins.attrNames rollouts
  );
in
lib.concatMap (id: draw id rollouts.${id}) inOrder
