# The health checks of a plan for reading.
{
  lib,
  document,
  branches,
  leaf,
}:
let
  checked = lib.filterAttrs (_: node: node.selected && node.checks != { }) document.nodes;

  check =
    name: check:
    leaf (
      name
      + lib.optionalString (check.description != "") ": ${check.description}"
      + "  from ${lib.concatStringsSep ", " check.from}"
    );

  node = name: node: {
    line = "${name}  healthy for ${toString node.health.minHealthyTime} s within ${toString node.health.healthyDeadline} s";
    below = branches (lib.mapAttrsToList check node.checks);
  };
in
lib.optionals (checked != { }) ([ "checks" ] ++ branches (lib.mapAttrsToList node checked))
