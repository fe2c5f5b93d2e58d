# What every WireGuard network has once its table, its peers and its links are known: keys, and a check on each node.
{
  lib,
  netlib,
  nodes,
  networkId,
  resolved,
}:
{
  table,
  peersOf,
  links,
  relays ? [ ],
}:
let
  keys = import ./keys.nix { inherit netlib; };
  check = import ./check.nix { inherit lib netlib; };
  rotation = import ./rotation.nix { inherit lib nodes resolved; } { inherit table peersOf; };

  # The key before stays where it is: the system before, which the node may roll back to, reads it.
  privateKeyFileOf =
    name:
    let
      version = table.members.${name}.keyVersion;
    in
    table.privateKeyFile + lib.optionalString (version > 1) "-${toString version}";
in
{
  inherit privateKeyFileOf;

  inherit (rotation)
    isTogether
    keyInUse
    keysOf
    order
    refusals
    rotating
    warnings
    ;

  inherit
    table
    peersOf
    links
    relays
    ;

  preshared = import ./preshared.nix { inherit lib netlib; } {
    instance = "${table.module}.${table.instance}";
    prefix = table.fact;
    directory = table.presharedDirectory;
    inherit networkId nodes;
  };

  publicKeyOf =
    neededBy: name:
    if table.members.${name}.isNode then
      keys.publicKeyOf {
        node = name;
        inherit (table) fact;
        inherit neededBy;
      }
    else
      table.members.${name}.publicKey;

  # For `checks`. `reachOf` says of a member's settings which peers must answer it.
  checksFor =
    reachOf:
    lib.mapAttrs (name: member: {
      ${table.fact} = check.check {
        inherit (table) interface;
        privateKeyFile = privateKeyFileOf name;
        reach = reachOf member;
        addresses = map (address: address.withPrefix) member.addresses;
        description = "The ${table.description} is up";
      };
    }) (lib.filterAttrs (_: member: member.isNode) table.members);
}
