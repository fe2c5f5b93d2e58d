# Only one tunnel of a node can have everything, in whichever VPN it is.
{ lib, netlib }:
{
  tables,
  # Instance name to ", in `file'".
  fileOf,
}:
let
  inherit (netlib.errors) quote;
  optionOf = name: "wireguard-vpn.${lib.strings.escapeNixIdentifier name}";

  # Node name to the VPNs that it sends everything through.
  instancesOf = lib.zipAttrs (
    lib.mapAttrsToList (
      instance: table:
      lib.mapAttrs (_: _: instance) (
        lib.filterAttrs (_: client: client.isNode && client.tunnel == "full") table.clients
      )
    ) tables
  );
in
lib.mapAttrsToList (node: names: {
  assertion = false;
  message =
    "${lib.concatMapStringsSep " and " optionOf names} both want everything of the node ${quote node}. "
    + "Set clients.${node}.tunnel to \"split\" in all but one of them${lib.concatStrings (lib.unique (map fileOf names))}.";
}) (lib.filterAttrs (_: names: builtins.length names > 1) instancesOf)
