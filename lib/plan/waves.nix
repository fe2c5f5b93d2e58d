# A plan in short, for reading: which nodes go together, after whom, and what of them is out of the ordinary.
{
  lib,
  graph,
  document,
  levelOf,
}:
let
  inherit (document) nodes rollouts steps;
  summary = import ./summary.nix { inherit lib document; };
  selected = lib.filterAttrs (_: node: node.selected) nodes;

  # How many names a line has.
  most = 12;
  some =
    names:
    if builtins.length names <= most then
      lib.concatStringsSep ", " names
    else
      "${lib.concatStringsSep ", " (lib.take most names)}, … (${toString (builtins.length names)})";

  own = builtins.groupBy (id: steps.${id}.node) (
    builtins.filter (
      id: steps.${id} ? node && selected ? ${steps.${id}.node} && steps.${id}.kind != "gate"
    ) (builtins.attrNames steps)
  );
  ended = lib.mapAttrs (_: ids: lib.foldl' (level: id: lib.max level (levelOf id)) 0 ids) own;

  # Who ends at the same level goes together.
  levels = builtins.sort builtins.lessThan (lib.unique (builtins.attrValues ended));
  inWave = level: builtins.filter (name: ended.${name} == level) (builtins.attrNames ended);

  # What steps wait for, each once, with the steps behind barriers and gates instead of those: an order of many nodes is one barrier,
  # behind which is looked once.
  waitedBy =
    ids:
    let
      of = id: map (key: { inherit key; }) (steps.${id}.after ++ steps.${id}.afterCompletion or [ ]);
      isBetween =
        id:
        builtins.elem (steps.${id}.kind or "") [
          "barrier"
          "gate"
        ];
    in
    builtins.filter (id: !isBetween id) (
      map (item: item.key) (
        builtins.genericClosure {
          startSet = lib.concatMap of ids;
          operator = item: if isBetween item.key then of item.key else [ ];
        }
      )
    );
  waited = id: waitedBy [ id ];
  what = id: steps.${id}.node or id;
  # The nodes and commands that come before these; those behind gates of the same wave count for nothing.
  before =
    names:
    lib.concatLists (
      lib.mapAttrsToList (
        _: together:
        builtins.filter (other: ended.${other} or (levelOf other) < ended.${builtins.head together}) (
          graph.unique (map what (waitedBy (lib.concatMap (name: own.${name}) together)))
        )
      ) (builtins.groupBy (name: toString ended.${name}) names)
    );
  # Without what those wait for themselves.
  after =
    names:
    let
      all = before names;
      theirs = lib.genAttrs (before (builtins.filter (other: ended ? ${other}) all)) (_: true);
    in
    builtins.filter (other: !(theirs ? ${other})) all;

  numbered = lib.imap1 (number: level: {
    inherit number;
    names = inWave level;
  }) levels;
  wave =
    { number, names }:
    let
      others = after names;
      # Named by their number where all of one wave and nobody else come before.
      whole = lib.findFirst (
        other:
        builtins.length other.names > 1
        && builtins.sort builtins.lessThan other.names == builtins.sort builtins.lessThan others
      ) null numbered;
      shown = if whole != null then "wave ${toString whole.number}" else some others;
    in
    "wave ${toString number}  ${some names}${lib.optionalString (others != [ ]) "   after ${shown}"}";

  # What is not as with most nodes.
  marks =
    name:
    let
      node = selected.${name};
      inherit (node) target activation;
      user = lib.optional (target.user != "root") (
        if target.user == null then "the user of ssh's configuration" else "as ${target.user}"
      );
    in
    lib.optional target.local "this machine"
    ++ lib.optional (target.port != null) "port ${toString target.port}"
    ++ lib.optionals (!target.local) user
    ++ lib.optional (
      activation.goal != "switch" && activation.goal != "dry-run"
    ) "goal ${activation.goal}"
    ++ lib.optional (activation.restarts or false) (
      "restarts if needed" + lib.optionalString (activation.bootOnce or false) ", on trial"
    )
    ++ lib.optional (node.mayBeOffline or false) "may be offline";
  # Nodes with the same marks are told together.
  marked = builtins.groupBy (name: lib.concatStringsSep " · " (marks name)) (
    builtins.attrNames selected
  );
  special = lib.mapAttrsToList (marks: names: "  ${some names}: ${marks}") (
    removeAttrs marked [ "" ]
  );

  # What people wrote.
  commands = builtins.filter (
    id:
    !(builtins.elem steps.${id}.kind [
      "build"
      "copy"
      "activate"
      "check"
      "gate"
      "barrier"
    ])
  ) (builtins.attrNames steps);
  command =
    id:
    let
      # A node's system may only be there, and run no sooner than this.
      isOnWay =
        id:
        lib.elem (steps.${id}.kind or "") [
          "build"
          "copy"
        ];
      ids = lib.partition isOnWay (waited id);
      active = graph.unique (map what ids.wrong);
      onWay = builtins.filter (id: !(lib.elem steps.${id}.node active)) ids.right;
      others = map (id: "the ${steps.${id}.kind} of ${steps.${id}.node}") (graph.unique onWay) ++ active;
    in
    "${steps.${id}.kind} ${id} on ${lib.removePrefix "node:" (steps.${id}.on or steps.${id}.node)}${
      lib.optionalString (others != [ ]) "   after ${some others}"
    }";

  batches =
    rollout:
    let
      kept = builtins.filter (batch: batch.nodes != [ ]) rollout.batches;
      last = lib.last kept;
      pause =
        batch:
        lib.optionalString (batch.pause != null && batch != last) (
          if rollout.autoPromote then " (pause)" else " (waits for approval)"
        );
    in
    lib.concatMapStringsSep " → " (
      batch: "${some batch.nodes}${lib.optionalString batch.canary " (canary)"}${pause batch}"
    ) kept;
  rollout = id: about: "rollout ${id}: ${batches about}";

  section = title: lines: lib.optionals (lines != [ ]) ([ title ] ++ lines);
in
lib.concatLines (
  [ (builtins.head summary) ]
  ++ map wave numbered
  ++ map command commands
  ++ lib.mapAttrsToList rollout rollouts
  ++ builtins.filter (lib.hasPrefix "checks of ") summary
  ++ section "out of the ordinary:" special
  ++
    lib.optional (document.request.command == "plan")
      "Not evaluated: the systems. `netlib build` evaluates and builds them; `netlib plan --full` shows all steps."
)
