# The table of one mesh: for each member its addresses and how to reach it, as plain values.
{
  lib,
  netlib,
  externals,
}:
instance: settings:
let
  inherit (import ../wireguard/addresses.nix { inherit lib netlib; }) addressesOf;

  subnets = map netlib.ip.parseNetwork settings.subnet;

  memberOf =
    name: member:
    let
      explicit = map netlib.ip.parse member.address;
    in
    {
      inherit (member)
        endpoint
        keepalive
        keyVersion
        listenPort
        publicKey
        relay
        ;
      inherit explicit;
      # Names are selectors where they are not looked up yet, and externals are none.
      isNode = !(externals ? ${name});
      addresses = addressesOf {
        seed = instance;
        inherit subnets name explicit;
      };
    };
  members = lib.mapAttrs memberOf settings.members;

  # Members that nobody can call, and those that carry what they send each other.
  hidden = lib.filterAttrs (_: member: member.endpoint == null) members;
  relays = lib.optionals (builtins.length (builtins.attrNames hidden) > 1) (
    lib.unique (
      builtins.filter (relay: relay != null) (lib.mapAttrsToList (_: member: member.relay) hidden)
    )
  );
in
{
  inherit
    instance
    subnets
    members
    hidden
    relays
    ;
  inherit (settings)
    interface
    presharedKeyFile
    presharedKeys
    reach
    ;
  module = "wireguard-mesh";
  description = "WireGuard mesh ${instance}";
  preference = 50;
  subnetTexts = map netlib.ip.formatCidr subnets;
  fact = "wireguard-mesh-${instance}";
  privateKeyFile = "/var/lib/netlib/wireguard-mesh/${instance}/private-key";
  presharedDirectory = "/var/lib/netlib/wireguard-mesh/${instance}/preshared";
}
