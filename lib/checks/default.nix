# Health checks as they will run: who looks at whom, and what is wrong with what was said.
{ lib, errors }:
{
  config,
  # Members of roles.
  roles,
}:
let
  inherit (errors) quote quoteList;

  nodeNames = builtins.attrNames config.nodes;
  roleNames = builtins.attrNames config.roles;

  kindsOf =
    check:
    lib.optional (check.unit != null) "unit"
    ++ lib.optional (check.exec != null) "exec"
    ++ lib.optional (check.httpGet != null) "httpGet"
    ++ lib.optional (check.tcpSocket != null) "tcpSocket"
    ++ lib.optional check.booted "booted";

  # The places where it runs, and what is wrong with them.
  sourcesOf =
    subject: from:
    let
      members = lib.remove subject roles.${from.role}.nodes;
    in
    if builtins.isString from then
      { sources = [ from ]; }
    else if (from.node == null) == (from.role == null) then
      { problem = "`from` names either a node or a role: set one of from.node and from.role"; }
    else if from.node == subject then
      { sources = [ "self" ]; }
    else if from.node != null && config.nodes ? ${from.node} then
      { sources = [ "node:${from.node}" ]; }
    else if from.node != null then
      {
        problem = "from.node: there is no node ${quote from.node} in this network.${errors.meant from.node nodeNames} Nodes are ${quoteList nodeNames}";
      }
    else if !(roles ? ${from.role}) then
      {
        problem = "from.role: there is no role ${quote from.role}.${errors.meant from.role roleNames} Roles are ${quoteList roleNames}";
      }
    else if members == [ ] then
      {
        problem = "from.role: the role ${quote from.role} has no other node that could look at ${quote subject}. Give it one in roles.${from.role}.nodes";
      }
    else
      { sources = map (name: "node:${name}") members; };

  resolveCheck =
    subject: name: check:
    let
      kinds = kindsOf check;
      found = sourcesOf subject check.from;
      sources = found.sources or [ ];
    in
    check
    // {
      inherit subject name sources;
      # A dot is in no node's name, so two checks never share a program.
      program = "check-${subject}.${name}";
      kind = if kinds == [ ] then null else builtins.head kinds;
      problems =
        lib.optional (builtins.length kinds != 1) (
          "a check is exactly one of unit, exec, httpGet, tcpSocket and booted"
          + (
            if kinds == [ ] then
              ", and this one is none"
            else
              "; this one is ${lib.concatStringsSep " and " kinds}"
          )
        )
        ++ lib.optional (found ? problem) found.problem
        ++ lib.optional ((check.unit != null || check.booted) && sources != [ "self" ] && sources != [ ]) (
          "`unit` and `booted` look at the machine on which they run, so `from` must be \"self\""
        )
        ++ lib.optional (builtins.match "[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,99}" name == null) (
          "the name of a check has at most 100 letters, digits, _ . and -, and starts with none of . and -"
        );
    };
in
lib.mapAttrs (subject: lib.mapAttrs (resolveCheck subject)) config.checks
