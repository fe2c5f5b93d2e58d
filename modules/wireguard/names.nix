# Names of the members of a WireGuard network for /etc/hosts, the same on every node that is a member.
{ lib }:
table:
let
  lineOf = name: address: "${address.text} ${name}.${table.instance}\n";
  lines = lib.mapAttrsToList (name: member: map (lineOf name) member.addresses) table.members;
in
{
  # One file that is made once: as options, each node would merge the names of all others.
  networking.hostFiles = [
    (builtins.toFile "${table.fact}-hosts" (lib.concatStrings (lib.concatLists lines)))
  ];
}
