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

  howLong =
    health:
    if health.successThreshold > 1 then
      "${toString health.successThreshold} times in a row"
    else
      "for ${toString health.minHealthyTime} s";

  node = name: node: {
    line = "${name}  healthy ${howLong node.health} within ${toString node.health.healthyDeadline} s";
    below = branches (lib.mapAttrsToList check node.checks);
  };
in
lib.optionals (checked != { }) ([ "checks" ] ++ branches (lib.mapAttrsToList node checked))
