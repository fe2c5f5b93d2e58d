# The graph of steps: what was said in deploy.steps, checks from elsewhere, gates of rollouts, and the edges between them.
{ lib }:
{
  # Steps with kind and node, as far as somebody said them.
  declared,
  # Nodes that are checked from elsewhere, as { <node> = true; }.
  checked,
  links,
}:
let
  inherit (lib) nameValuePair;

  done = name: if checked ? ${name} then "check:${name}" else "activate:${name}";

  checkSteps = lib.mapAttrs' (
    name: _:
    nameValuePair "check:${name}" {
      kind = "check";
      node = name;
      after = [ "activate:${name}" ];
    }
  ) checked;

  # Ids to what they wait for, from pairs of both.
  edges =
    pairs:
    lib.mapAttrs (_: lib.concatLists) (
      lib.zipAttrs (map ({ first, next }: lib.genAttrs next (_: first)) pairs)
    );

  gateId = rollout: number: "gate:${rollout.id}:${toString number}";
  lastGate = rollout: gateId rollout (builtins.length rollout.batches);

  gatesOf =
    rollout:
    let
      ended =
        batch:
        lib.concatMap (
          name: [ "activate:${name}" ] ++ lib.optional (checked ? ${name}) "check:${name}"
        ) batch.nodes;
      gate =
        number: settles:
        nameValuePair (gateId rollout number) {
          kind = "gate";
          rollout = rollout.id;
          batch = number;
          after = lib.optional (number > 0) (gateId rollout (number - 1));
          inherit settles;
        };
    in
    lib.listToAttrs (
      [ (gate 0 (map (name: "copy:${name}") rollout.nodes)) ]
      ++ lib.imap1 (number: batch: gate number (ended batch)) rollout.batches
    );

  # Each batch waits for the gate before it.
  batchEdges =
    rollout:
    lib.imap0 (index: batch: {
      first = [ (gateId rollout index) ];
      next = map (name: "activate:${name}") batch.nodes;
    }) rollout.batches;

  # A whole rollout is waited for, and held back, at its gates: a failure that it may have does not stop what comes later.
  points =
    rollouts: atRollout: atNode: nodes:
    let
      named = lib.genAttrs nodes (_: true);
      isWhole = rollout: builtins.all (name: named ? ${name}) rollout.nodes;
      whole = builtins.filter isWhole (builtins.attrValues rollouts);
      covered = lib.foldl' (all: rollout: all // rollout.members) { } whole;
    in
    map atRollout whole ++ map atNode (builtins.filter (name: !(covered ? ${name})) nodes);

  linkEdges =
    rollouts:
    { first, next, ... }:
    {
      first = first.ids ++ points rollouts lastGate done first.nodes;
      next =
        next.ids ++ points rollouts (rollout: gateId rollout 0) (name: "activate:${name}") next.nodes;
    };

  withEdges =
    steps: pairs:
    let
      added = edges pairs;
    in
    lib.mapAttrs (id: step: step // { after = step.after ++ added.${id} or [ ]; }) steps;

  # What a step says of itself without its order, which is in the links.
  plain = lib.mapAttrs (_: step: step // { after = [ ]; }) declared;
in
{
  inherit gatesOf;

  # Level of each step as the links alone say it. One step between both sides of a link keeps this as small as what was said.
  levels =
    graph:
    let
      viaLink = lib.imap0 (index: link: {
        id = "link ${toString index}";
        inherit (linkEdges { } link) first next;
      }) links;
      known = id: plain ? ${id} || checkSteps ? ${id};
      after = edges (
        map (link: {
          first = [ link.id ];
          inherit (link) next;
        }) viaLink
      );
    in
    graph.levels (
      lib.mapAttrs (id: step: step.after ++ after.${id} or [ ]) (plain // checkSteps)
      // lib.listToAttrs (map (link: nameValuePair link.id (builtins.filter known link.first)) viaLink)
    );

  # The whole graph. What was said of a generated step without a kind adds to it.
  graph =
    rollouts:
    let
      generated = checkSteps // lib.concatMapAttrs (_: gatesOf) rollouts;
      steps = lib.filterAttrs (_: step: step.kind != null) plain // generated;
    in
    withEdges steps (
      map (linkEdges rollouts) links ++ lib.concatMap batchEdges (builtins.attrValues rollouts)
    );
}
