# The steps of `netlib facts gather`: each node says its facts, then the deployer writes what was said.
{ lib }:
requests:
{ nodes, system }:
let
  # As long as each fact may take on a node.
  seconds = 120;
  ask = node: {
    kind = "command";
    on = "node:${node}";
    inherit node;
    program = "gather";
    timeout = seconds * builtins.length (builtins.attrNames requests.${node});
    after = [ ];
    facts = lib.mapAttrs (_: request: request.pattern) requests.${node};
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
      afterCompletion = map id nodes;
    };
  };
  programs =
    lib.listToAttrs (
      map (
        node:
        lib.nameValuePair "node:${node}" {
          attribute = "factPrograms";
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
