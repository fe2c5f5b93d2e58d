# The steps of `netlib facts gather`: each node says its facts, then the deployer writes what was said.
{ lib }:
gather:
{ nodes, system }:
let
  # As long as each fact may take on a node.
  seconds = 120;
  ask = node: {
    kind = "command";
    on = "node:${node}";
    inherit node;
    program = "gather";
    timeout = seconds * builtins.length (builtins.attrNames gather.${node});
    after = [ ];
    facts = lib.mapAttrs (_: request: request.pattern) gather.${node};
  };
  id = node: "facts:${node}";
in
lib.optionalAttrs (nodes != [ ]) {
  steps = lib.listToAttrs (map (node: lib.nameValuePair (id node) (ask node)) nodes) // {
    record-facts = {
      kind = "command";
      on = "deployer";
      program = "record-facts";
      timeout = seconds;
      after = [ ];
      # What some could not say keeps nothing of the others.
      settles = map id nodes;
    };
  };
  programs =
    lib.listToAttrs (
      map (
        node:
        lib.nameValuePair "node:${node}" {
          attribute = "gatherers";
          inherit node;
        }
      ) nodes
    )
    // {
      deployer = {
        attribute = "recorders";
        node = system;
      };
    };
}
