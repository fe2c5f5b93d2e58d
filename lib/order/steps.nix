# The graph of steps: those of nodes, what was said in deploy.steps, checks from elsewhere, gates of rollouts, and the edges between
# them.
{ lib }:
{
  # Names of all nodes.
  nodes,
  # deploy.steps: commands, and what was said of other steps.
  declared,
  # Nodes that are checked from elsewhere, as { <node> = true; }.
  checked,
  orders,
}:
let
  inherit (lib) nameValuePair;

  done = name: if checked ? ${name} then "check:${name}" else "activate:${name}";

  # Each node is built, copied to and activated. Not options: three for each node would be most of what a large network costs.
  ofNodes =
    let
      step =
        kind: node: after:
        nameValuePair "${kind}:${node}" { inherit kind node after; };
    in
    lib.listToAttrs (
      lib.concatMap (node: [
        (step "build" node [ ])
        (step "copy" node [ "build:${node}" ])
        (step "activate" node [ "copy:${node}" ])
      ]) nodes
    );

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

  edgesOf =
    rollouts:
    { first, next, ... }:
    {
      first = first.ids ++ points rollouts lastGate done first.nodes;
      next =
        next.ids ++ points rollouts (rollout: gateId rollout 0) (name: "activate:${name}") next.nodes;
    };

  # An order between two groups, as one step between them, where that makes fewer edges than every pair of them.
  viaBarrier =
    order: pair:
    let
      isBefore = order.ends.next or null == "before";
      id = "barrier:${lib.concatStringsSep "." (order.origin ++ lib.optional isBefore "before")}";
      firsts = builtins.length pair.first;
      nexts = builtins.length pair.next;
    in
    if firsts * nexts <= firsts + nexts then
      {
        pairs = [ pair ];
        barrier = [ ];
      }
    else
      {
        pairs = [
          {
            inherit (pair) first;
            next = [ id ];
          }
          {
            first = [ id ];
            inherit (pair) next;
          }
        ];
        barrier = [
          (nameValuePair id {
            kind = "barrier";
            after = [ ];
          })
        ];
      };

  withEdges =
    steps: pairs:
    let
      added = edges pairs;
    in
    lib.mapAttrs (id: step: step // { after = step.after ++ added.${id} or [ ]; }) steps;

  # What was declared of other steps, without their order, which is in `orders`.
  own = lib.mapAttrs (_: step: step // { after = [ ]; }) (
    removeAttrs declared (builtins.attrNames ofNodes)
  );

  stepsOf =
    rollouts:
    ofNodes
    // lib.filterAttrs (_: step: step.kind != null) own
    // checkSteps
    // lib.concatMapAttrs (_: gatesOf) rollouts;
in
{
  inherit gatesOf ofNodes;

  # How many activations come before each step, as the orders alone say it. One step between both sides of an order keeps this as
  # small as what was said.
  levels =
    graph:
    let
      viaOrder = lib.imap0 (index: order: {
        id = "order ${toString index}";
        inherit (edgesOf { } order) first next;
      }) orders;
      known = id: ofNodes ? ${id} || own ? ${id} || checkSteps ? ${id};
      after = edges (
        map (order: {
          first = [ order.id ];
          inherit (order) next;
        }) viaOrder
      );
    in
    graph.depths (lib.hasPrefix "activate:") (
      lib.mapAttrs (id: step: step.after ++ after.${id} or [ ]) (ofNodes // own // checkSteps)
      // lib.listToAttrs (
        map (order: nameValuePair order.id (builtins.filter known order.first)) viaOrder
      )
    );

  # The whole graph, with barriers. What was said of a generated step without a kind adds to it.
  graph =
    rollouts:
    let
      parts = map (order: viaBarrier order (edgesOf rollouts order)) orders;
      barriers = lib.listToAttrs (lib.concatMap (part: part.barrier) parts);
    in
    withEdges (stepsOf rollouts // barriers) (
      lib.concatMap (part: part.pairs) parts ++ lib.concatMap batchEdges (builtins.attrValues rollouts)
    );
}
