# What can be wrong with health checks.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  inherit (netlib) errors;

  # A check is said in up to three places; those that mention it are named.
  filesOf =
    subject: name:
    let
      mentions =
        option: key: wanted:
        lib.optional wanted (errors.definedIn option key);
      ofNode = mentions options.nodes subject (config.nodes.${subject}.checks ? ${name});
      ofRoles = lib.concatMap (
        role: mentions options.roles role (config.roles.${role}.checks ? ${name})
      ) config.resolved.rolesOf.${subject};
    in
    lib.concatStrings (lib.unique (ofNode ++ ofRoles ++ [ (errors.definedIn options.checks subject) ]));

  path = check: "checks.${check.subject}.${lib.strings.escapeNixIdentifier check.name}";

  assertionsOf =
    check:
    map (problem: {
      assertion = false;
      message = "${path check}: ${problem}${filesOf check.subject check.name}.";
    }) check.problems;
in
{
  _file = ./checks.nix;

  config.assertions = lib.concatMap assertionsOf (
    lib.concatMap builtins.attrValues (builtins.attrValues config.resolved.checks)
  );
}
