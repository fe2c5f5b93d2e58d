# A plan as a tree for reading: nodes in the order in which they are finished, their steps below them, then orders, rollouts, checks.
{
  lib,
  document,
  levelOf,
}:
let
  inherit (lib) optionalString;
  inherit (document) nodes rollouts steps;
  summary = import ./summary.nix { inherit lib document; };

  # How many steps of a barrier are named where it is waited for, and where it is described.
  few = 4;
  listed = 20;

  # Lines as branches of a tree: a list of { line; below = [ line ]; }.
  branches =
    items:
    let
      count = builtins.length items;
      branch =
        number: item:
        let
          isLast = number == count;
        in
        [ "${if isLast then "└─" else "├─"} ${item.line}" ]
        ++ map (line: "${if isLast then "  " else "│ "} ${line}") item.below;
    in
    lib.concatLists (lib.imap1 branch items);
  leaf = line: {
    inherit line;
    below = [ ];
  };

  some =
    most: names:
    let
      count = builtins.length names;
    in
    if count <= most then
      lib.concatStringsSep ", " names
    else
      "${lib.concatStringsSep ", " (lib.take most names)}, … (${toString count} in all)";

  orderOf = id: lib.removePrefix "deploy.order." (lib.removePrefix "barrier:" id);
  barriers = lib.filterAttrs (_: step: step.kind == "barrier") steps;

  # The steps of a barrier by their ids where they are few, and the barrier otherwise.
  named =
    id:
    let
      inside = steps.${id}.after ++ steps.${id}.afterCompletion or [ ];
    in
    if !(barriers ? ${id}) then
      [ id ]
    else if builtins.length inside <= few && !(builtins.any (before: barriers ? ${before}) inside) then
      inside
    else
      [ "the order ${orderOf id}" ];

  after =
    step:
    let
      # Of the same node, the kind says enough.
      short = id: if step ? node && steps.${id}.node or null == step.node then steps.${id}.kind else id;
      words = lib.concatMap (id: if barriers ? ${id} then named id else [ (short id) ]) step.after;
    in
    optionalString (words != [ ]) "  after ${lib.concatStringsSep ", " words}";

  label = id: step: if step ? node && id == "${step.kind}:${step.node}" then step.kind else id;

  address =
    target:
    if target.local then
      "(this machine)"
    else
      optionalString (target.user != null) "${target.user}@"
      + target.host
      + optionalString (target.port != null) " port ${toString target.port}";

  padded =
    width: text: text + lib.concatStrings (lib.replicate (width - builtins.stringLength text) " ");
  withoutEnd = text: if lib.hasSuffix " " text then withoutEnd (lib.removeSuffix " " text) else text;

  kinds = {
    build = 0;
    copy = 1;
    activate = 2;
    check = 3;
    command = 4;
    reboot = 5;
  };
  isEarlier =
    a: b:
    let
      key = item: [
        (levelOf item.id)
        kinds.${item.step.kind}
        item.id
      ];
    in
    key a < key b;

  # Gates belong to rollouts, which are drawn for themselves.
  own = builtins.groupBy (item: item.place) (
    lib.mapAttrsToList (id: step: {
      inherit id step;
      place =
        step.node or (if lib.hasPrefix "node:" step.on then lib.removePrefix "node:" step.on else "");
    }) (lib.filterAttrs (_: step: step.kind != "gate" && step.kind != "barrier") steps)
  );
  stepsOf = place: builtins.sort isEarlier own.${place};

  drawSteps =
    place:
    let
      items = stepsOf place;
      width = lib.foldl' (
        most: item: lib.max most (builtins.stringLength (label item.id item.step))
      ) 0 items;
    in
    branches (
      map (item: leaf (withoutEnd "${padded width (label item.id item.step)}${after item.step}")) items
    );

  about =
    name:
    let
      node = nodes.${name};
    in
    "${name}  ${address node.target}  ${node.system}"
    + lib.concatMapStrings (role: "  role:${role}") node.roles
    + lib.concatMapStrings (tag: "  @${tag}") node.tags
    + optionalString (node.activation.restarts or false) "  restarts if needed"
    + optionalString (node.activation.bootOnce or false) ", on trial";

  ended = lib.mapAttrs (
    _: items: lib.foldl' (most: item: lib.max most (levelOf item.id)) 0 items
  ) own;
  places = builtins.sort (a: b: ended.${a} < ended.${b} || (ended.${a} == ended.${b} && a < b)) (
    builtins.attrNames own
  );

  drawPlace = place: {
    line = if place == "" then "(deployer)" else about place;
    below = drawSteps place;
  };

  drawBarrier =
    id: step:
    leaf "${orderOf id}: after ${
      some listed (lib.concatMap named (step.after ++ step.afterCompletion or [ ]))
    }";
  # Those that are few are named where they are waited for.
  shownBarriers = lib.filterAttrs (
    id: _: named id != steps.${id}.after ++ steps.${id}.afterCompletion or [ ]
  ) barriers;

  section = title: items: lib.optionals (items != [ ]) ([ title ] ++ branches items);
in
lib.concatLines (
  [ (builtins.head summary) ]
  ++ branches (map drawPlace places)
  ++ section "order" (lib.mapAttrsToList drawBarrier shownBarriers)
  ++ import ./rollout-text.nix {
    inherit
      lib
      document
      branches
      leaf
      levelOf
      ;
  }
  ++ import ./check-text.nix {
    inherit
      lib
      document
      branches
      leaf
      ;
  }
)
