# Another key for a node and its peers. Each end waits for an answer under it, so both are activated at the same time, or neither is.
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
  peerNodes =
    name: builtins.filter (peer: table.members.${peer}.isNode) (map (peer: peer.name) (peersOf name));

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
    let
      peers = peerNodes name;
    in
    "${option}: ${name} gets another key${lib.optionalString (isWay name) ", over this tunnel itself"}. Its tunnels restart; it and ${lib.concatStringsSep ", " peers} wait for an answer under the new key, and go back to "
    + "the earlier one without it: deploy them in one run. ${again name}.";

  refusalOf =
    name: peer:
    let
      place = placeOf name;
      other = placeOf peer;
      apart =
        if
          place.rollout != null
          && place.rollout == other.rollout
          && place.batch == other.batch
          && !place.atOnce
        then
          "rollout ${place.rollout} does not activate both at once"
        else if place.rollout != null && place.rollout == other.rollout && place.batch != other.batch then
          "${peer} is in another batch of rollout ${place.rollout}"
        else if place.rollout != other.rollout then
          "${peer} is in another rollout, or in none"
        else
          "the order of the deployment has ${peer} at another place";
    in
    {
      nodes = [
        name
        peer
      ];
      message =
        "${option}: ${name} gets another key, but ${apart}: neither could wait for the other's answer, and the tunnel between them might stay down. "
        + "For this deployment put both into one batch, such as `rollouts.keys.nodes = [ \"${name}\" \"${peer}\" ];`, and leave out orders between "
        + "them; where nothing depends on the tunnel, `${option}.reach = \"none\"` lets them change one after the other. ${again name}";
    };
in
{
  inherit keyInUse isTogether rotating;

  warnings = map warningOf rotating;

  refusals = lib.optionals (table.reach != "none") (
    lib.concatMap (
      name: map (refusalOf name) (builtins.filter (peer: !isTogether name peer) (peerNodes name))
    ) rotating
  );
}
