# Another key for a node. Its peers get that beside the one in use, before the node itself: whichever it has afterwards, they talk to it.
{
  lib,
  nodes,
  resolved,
}:
{ table, peersOf }:
let
  keyInUse = "${table.fact}-in-use";

  # As their facts were when they were gathered last.
  isRotating =
    name: member:
    member.isNode
    && member.keyVersion > 1
    && (
      let
        inherit (nodes.${name}) facts;
        inUse = facts.${keyInUse} or "none";
      in
      inUse != "none" && facts ? ${table.fact} && inUse != facts.${table.fact}
    );
  rotating = builtins.attrNames (lib.filterAttrs isRotating table.members);
  peers =
    name: lib.partition (peer: table.members.${peer}.isNode) (map (peer: peer.name) (peersOf name));
  peerNodes = name: (peers name).right;

  # Where a node is activated: those at the same place are activated at once.
  placeOf =
    name:
    let
      rollout = resolved.rollouts.${resolved.rolloutOf.${name}};
      isIn = batch: builtins.elem name batch.nodes;
    in
    {
      level = resolved.sorted.levels."activate:${name}" or null;
      rollout = resolved.rolloutOf.${name} or null;
      batch = if resolved.rolloutOf ? ${name} then lib.lists.findFirstIndex isIn 0 rollout.batches else 0;
      atOnce =
        !(resolved.rolloutOf ? ${name})
        || builtins.all (limit: limit == null || limit >= builtins.length rollout.nodes) [
          rollout.maxParallel
          rollout.maxUnavailable
        ];
    };
  isTogether = one: other: placeOf one == placeOf other && (placeOf one).atOnce;

  option = "${table.module}.${table.instance}";
  again = name: "If they have it already, run: netlib facts gather --on ${name}";

  # Through which its own key changes: its address or its name in the network.
  isWay =
    name:
    let
      inherit (nodes.${name}.target) host;
    in
    host == "${name}.${table.instance}"
    || builtins.any (address: address.text == host) table.members.${name}.addresses;

  warningOf =
    name:
    lib.concatStringsSep " " (
      [
        "${option}: ${name} gets another key${lib.optionalString (isWay name) ", over this tunnel itself"}."
        "Its peers (${lib.concatStringsSep ", " (peerNodes name)}) learn it first and talk to it under either key;"
        "it waits for their answers under the new one, and rolls back to the earlier one without them."
      ]
      ++ map (
        external:
        "${external}, which nobody deploys, needs its file again: nix run .#render -- ${external}."
      ) (peers name).wrong
      ++ [ "${again name}." ]
    );

  level = name: resolved.sorted.levels."activate:${name}" or 0;

  refusalOf =
    name: peer:
    let
      refused = reason: {
        nodes = [
          name
          peer
        ];
        message = "${option}: ${name} gets another key, but ${reason}. ${again name}";
      };
    in
    lib.optional (builtins.elem peer rotating && name < peer) (
      refused "so does ${peer}, and neither could talk to the other under its earlier one. Deploy one of them before you change the key of the other"
    )
    ++ lib.optional (!(builtins.elem peer rotating) && level peer > level name) (
      refused (
        "${peer}, which has to know it first, comes later in the order of the deployment (or in a later batch). "
        + "Leave that order out for this deployment; where nothing depends on the tunnel, `${option}.reach = \"none\"` lets it be"
      )
    );
in
{
  inherit keyInUse isTogether rotating;

  warnings = map warningOf rotating;

  refusals = lib.optionals (table.reach != "none") (
    lib.concatMap (name: lib.concatMap (refusalOf name) (peerNodes name)) rotating
  );

  # The key that peers of a node use, and the one that it may have from now on.
  keysOf =
    name:
    lib.optionalAttrs (builtins.elem name rotating) {
      inUse = nodes.${name}.facts.${keyInUse};
      next = nodes.${name}.facts.${table.fact};
    };

  # Everybody else of the network comes first.
  order = {
    nodes = rotating;
    after = lib.subtractLists rotating (lib.unique (lib.concatMap peerNodes rotating));
    weight = 30;
  };
}
