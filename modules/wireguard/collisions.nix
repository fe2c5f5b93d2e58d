# Members of one WireGuard network that would have the same address.
{
  lib,
  netlib,
  option,
  memberOption,
  members,
}:
let
  inherit (netlib) ip;

  all = lib.concatLists (
    lib.mapAttrsToList (
      name: member: map (address: address // { inherit name; }) member.addresses
    ) members
  );
  byAddress = lib.groupBy (address: address.text) all;
  isTaken = address: byAddress ? ${ip.format address};

  pathOf = entry: "${memberOption entry.name}.address";

  describe =
    text: entries:
    let
      # The one to move: an address that nobody chose, the last by name.
      allocated = builtins.filter (entry: !entry.isExplicit) entries;
      moved = lib.last (if allocated == [ ] then entries else allocated);
      free = ip.nextFree moved.subnet isTaken (ip.parse text);
      who = entry: "${entry.name} (${if entry.isExplicit then "set" else "allocated"})";
    in
    {
      assertion = false;
      cause = "address ${text} of ${option}";
      message =
        "${option}: ${lib.concatMapStringsSep " and " who entries} have the same address ${text}. "
        + (
          if free == null then
            "${ip.formatCidr moved.subnet} has no free address: set ${option}.subnet to a larger one."
          else
            "Set ${pathOf moved} to another one, such as \"${ip.format free}\"."
        );
    };
in
lib.mapAttrsToList describe (lib.filterAttrs (_: entries: builtins.length entries > 1) byAddress)
