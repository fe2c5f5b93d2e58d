# What every WireGuard network has once its table, its peers and its links are known: keys, and a check on each node.
{
  lib,
  netlib,
  nodes,
  networkId,
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
in
{
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
    lib.mapAttrs (_: member: {
      ${table.fact} = check.check {
        inherit (table) interface privateKeyFile;
        reach = reachOf member;
        addresses = map (address: address.withPrefix) member.addresses;
        description = "The ${table.description} is up";
      };
    }) (lib.filterAttrs (_: member: member.isNode) table.members);
}
