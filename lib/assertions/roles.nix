# What can be wrong with roles: circles, words that name nothing, and roles that nobody has.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  inherit (netlib) errors;
  inherit (errors) quote;
  inherit (config) resolved;

  fileOf = errors.definedIn options.roles;
  filesOf = names: lib.concatStrings (lib.unique (map fileOf names));
  show = name: "roles.${lib.strings.escapeNixIdentifier name}";

  fails = message: {
    assertion = false;
    inherit message;
  };

  nameAssertion =
    name:
    lib.optional (!netlib.types.word.check name) (
      fails "roles.${builtins.toJSON name}: the name of a role has at most 63 letters, digits, _ . and -, and does not start with -. Rename it${fileOf name}."
    );

  circle =
    cycle: what: advice:
    lib.optional (cycle != [ ]) (
      fails "Roles ${what} in a circle: ${lib.concatStringsSep " -> " cycle}. ${advice}${filesOf (lib.unique cycle)}."
    );

  selectorAssertion =
    name: role:
    map (problem: fails "${show name}.nodes: ${problem.message}${fileOf name}.") role.problems;

  isSound = resolved.extendsCycle == [ ] && resolved.selectorCycle == [ ];
  empty = lib.optionals isSound (
    builtins.attrNames (
      lib.filterAttrs (_: role: role.nodes == [ ] && role.problems == [ ]) resolved.roles
    )
  );
in
{
  _file = ./roles.nix;

  config = {
    assertions =
      lib.concatMap nameAssertion (builtins.attrNames config.roles)
      ++
        circle resolved.extendsCycle "extend each other"
          "Remove one of the roles.<role>.extends that make it"
      ++ lib.optionals (resolved.extendsCycle == [ ]) (
        circle resolved.selectorCycle "name each other's nodes"
          "Name nodes or tags in one of their roles.<role>.nodes instead"
      )
      ++ lib.concatLists (lib.mapAttrsToList selectorAssertion resolved.roles);

    warnings = map (
      name:
      "the role ${quote name} has no nodes. Name some in ${show name}.nodes, or remove the role${fileOf name}."
    ) empty;
  };
}
