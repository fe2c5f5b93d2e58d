# netlib's own assertions about nodes and facts: a network module without options. Others are in assertions/.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  inherit (netlib) errors;

  nodeNames = builtins.attrNames config.nodes;

  fails = message: {
    assertion = false;
    inherit message;
  };

  isNodeName = name: builtins.match "[a-z_][a-z0-9_-]*" name != null;
  # Part of the names of files and store paths.
  isFactName =
    name:
    builtins.match "[a-zA-Z0-9_][a-zA-Z0-9_.-]*" name != null && builtins.stringLength name <= 100;

  nameAssertion =
    kind: name:
    let
      path = "${kind}.${builtins.toJSON name}";
      whose = if kind == "nodes" then "a node's" else "an external's";
      singular = lib.removeSuffix "s" kind;
      file = errors.definedIn options.${kind} name;
    in
    lib.optional (!isNodeName name) (
      fails "${path}: ${whose} name starts with a lower-case letter or _ and goes on with lower-case letters, digits, _ and -. Rename it${file}."
    )
    ++ lib.optional (builtins.stringLength name > 63) (
      fails "${path}: ${whose} name has at most 63 characters (it is the host's name), this one has ${toString (builtins.stringLength name)}. Rename it${file}."
    );

  twofoldAssertion =
    name:
    fails "${errors.quote name} is both a node and an external: nodes.${name} and externals.${name}. Rename one of them${errors.definedIn options.externals name}.";

  factAssertion =
    node: fact:
    lib.optional (!isFactName fact) (
      fails "facts.${node}.${builtins.toJSON fact}: a fact's name has at most 100 letters, digits, _ . and -, and starts with none of . and -${errors.definedIn options.gather node}."
    );
in
{
  _file = ./assertions.nix;

  config.assertions =
    lib.concatMap (nameAssertion "nodes") nodeNames
    ++ lib.concatMap (nameAssertion "externals") (builtins.attrNames config.externals)
    ++ map twofoldAssertion (builtins.attrNames (builtins.intersectAttrs config.nodes config.externals))
    ++ lib.concatLists (
      lib.mapAttrsToList (
        node: facts: lib.concatMap (factAssertion node) (builtins.attrNames facts)
      ) config.facts
    );
}
