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

  nodeFile = errors.definedIn options.nodes;

  isNodeName = name: builtins.match "[a-z_][a-z0-9_-]*" name != null;
  # Part of the names of files and store paths.
  isFactName =
    name:
    builtins.match "[a-zA-Z0-9_][a-zA-Z0-9_.-]*" name != null && builtins.stringLength name <= 100;

  nameAssertion =
    name:
    lib.optional (!isNodeName name) (
      fails "nodes.${builtins.toJSON name}: a node's name starts with a lower-case letter or _ and goes on with lower-case letters, digits, _ and -. Rename it${nodeFile name}."
    )
    ++ lib.optional (builtins.stringLength name > 63) (
      fails "nodes.${builtins.toJSON name}: a node's name has at most 63 characters (it is the host's name), this one has ${toString (builtins.stringLength name)}. Rename it${nodeFile name}."
    );

  factAssertion =
    node: fact:
    lib.optional (!isFactName fact) (
      fails "gather.${node}.${builtins.toJSON fact}: a fact's name has at most 100 letters, digits, _ . and -, and starts with none of . and -${errors.definedIn options.gather node}."
    );
in
{
  _file = ./assertions.nix;

  config.assertions =
    lib.concatMap nameAssertion nodeNames
    ++ lib.concatLists (
      lib.mapAttrsToList (
        node: facts: lib.concatMap (factAssertion node) (builtins.attrNames facts)
      ) config.gather
    );
}
