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
  # What stands around restarts (see restarts.nix).
  restarts,
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
        number: afterCompletion:
        nameValuePair (gateId rollout number) {
          kind = "gate";
          rollout = rollout.id;
          batch = number;
          after = lib.optional (number > 0) (gateId rollout (number - 1));
          inherit afterCompletion;
        };
    in
    lib.listToAttrs (
      [ (gate 0 (map (name: "copy:${name}") rollout.nodes)) ]
      ++ lib.imap1 (number: batch: gate number (ended batch)) rollout.batches
    );

  # What stands between copy and activation of one node is part of that node's turn: ids of steps, and their nodes.
  turnOfStep = lib.listToAttrs (
    lib.concatLists (
      lib.mapAttrsToList (
        id: step:
        map (nameValuePair id) (
          builtins.filter (node: step.before == [ "activate:${node}" ]) (
            map (lib.removePrefix "copy:") (builtins.filter (lib.hasPrefix "copy:") step.after)
          )
        )
      ) declared
    )
  );
  between = builtins.groupBy (id: turnOfStep.${id}) (builtins.attrNames turnOfStep);

  # Each batch waits for the gate before it.
  batchEdges =
    rollout:
    lib.imap0 (index: batch: {
      first = [ (gateId rollout index) ];
      next = lib.concatMap (name: [ "activate:${name}" ] ++ between.${name} or [ ]) batch.nodes;
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
  own = lib.mapAttrs (
    id: step:
    step // { after = [ ]; } // lib.optionalAttrs (turnOfStep ? ${id}) { turnOf = turnOfStep.${id}; }
  ) (removeAttrs declared (builtins.attrNames ofNodes));

  # A node comes out of service after what its activation waits for, and goes back before what waits for that, however it ended.
  # Within a batch no more are out of service than the rollout allows, as the driver looks at activations alone.
  withRestarts =
    rollouts: steps:
    let
      inherit (restarts) has id;
      goesBack = lib.listToAttrs (
        map (name: nameValuePair (done name) (id "undrain" name)) (
          builtins.filter (name: has name "undrain") restarts.names
        )
      );
      also = ids: lib.concatMap (id: lib.optional (goesBack ? ${id}) goesBack.${id}) ids;
      waiting = lib.mapAttrs (
        _: step: step // { after = step.after ++ also (step.after ++ step.afterCompletion or [ ]); }
      ) steps;
      turns = lib.concatMapAttrs (_: turnsOf) rollouts;
      around =
        name:
        let
          last = id (if has name "drain" then "drain" else "due") name;
          turn = turns.${name} or { };
        in
        {
          ${id "due" name} = restarts.steps.${id "due" name} // {
            after = waiting."activate:${name}".after ++ turn.after or [ ];
            afterCompletion = turn.afterCompletion or [ ];
          };
          "activate:${name}" = waiting."activate:${name}" // {
            after = [ last ];
          };
        }
        // lib.optionalAttrs (has name "drain") {
          ${id "drain" name} = restarts.steps.${id "drain" name} // {
            after = [ (id "due" name) ];
          };
        }
        // lib.optionalAttrs (has name "undrain") {
          ${id "undrain" name} = restarts.steps.${id "undrain" name} // {
            afterCompletion = lib.unique [
              "activate:${name}"
              (done name)
            ];
          };
        };
    in
    if restarts.names == [ ] then
      steps
    else
      waiting // lib.concatMapAttrs (name: _: around name) (lib.genAttrs restarts.names (_: null));

  # Whom a node of a batch waits for before it is drained, by name.
  turnsOf =
    rollout:
    let
      limits = builtins.filter (limit: limit != null) [
        rollout.maxUnavailable
        rollout.maxParallel
      ];
      limit = lib.foldl' lib.min (builtins.head limits) limits;
      turnOf = drained: index: name: {
        inherit name;
        value =
          let
            before = builtins.elemAt drained (index - limit);
            ends = [
              (done before)
            ]
            ++ lib.optional (restarts.has before "undrain") (restarts.id "undrain" before);
          in
          lib.optionalAttrs (index >= limit) (
            if rollout.maxFailures == 0 then { after = ends; } else { afterCompletion = ends; }
          );
      };
      ofBatch =
        batch:
        let
          drained = builtins.filter (name: restarts.steps ? ${restarts.id "due" name}) batch.nodes;
        in
        lib.imap0 (turnOf drained) drained;
    in
    lib.optionalAttrs (limits != [ ]) (lib.listToAttrs (lib.concatMap ofBatch rollout.batches));

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
    withRestarts rollouts (
      withEdges (stepsOf rollouts // barriers) (
        lib.concatMap (part: part.pairs) parts ++ lib.concatMap batchEdges (builtins.attrValues rollouts)
      )
    );
}
