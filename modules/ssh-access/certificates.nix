# The certificates of hosts, read from the directory beside the flake; a host that has none yet goes without.
{ lib, self }:
table:
let
  fileOf = node: "${self}/${table.certificates}/hosts/${node}-cert.pub";
in
lib.mapAttrs (_: builtins.readFile) (
  lib.filterAttrs (_: builtins.pathExists) (lib.mapAttrs (node: _: fileOf node) table.hosts)
)
