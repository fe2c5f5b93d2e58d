# What can be wrong with the steps that users write.
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

  nodeNames = builtins.attrNames config.nodes;
  kinds = import ../plan/kinds.nix { inherit lib errors; };
  fileOf = errors.definedIn options.deploy.steps;

  fails = message: {
    assertion = false;
    inherit message;
  };

  # Part of the names of files.
  isCommandId =
    id: builtins.match "[a-zA-Z0-9_][a-zA-Z0-9_.-]*" id != null && builtins.stringLength id <= 100;

  written =
    id: step:
    lib.optional (!isCommandId id) (
      fails "deploy.steps.${builtins.toJSON id}: the id of a step has at most 100 letters, digits, _ . and -, and starts with none of . and -. Rename it${fileOf id}."
    )
    ++ map (problem: fails "deploy.steps.${builtins.toJSON id}: ${problem}${fileOf id}.") (
      kinds.${step.kind}.problems nodeNames step
    );

  generated =
    id: step:
    lib.optional (step.kind == null || step.node == null) (
      fails (
        "deploy.steps.${builtins.toJSON id}: there is no such step, and it does not say that it is a command: kind = \"command\". "
        + "Steps of a node are build:<node>, copy:<node> and activate:<node>; nodes are ${errors.quoteList nodeNames}${fileOf id}."
      )
    );

  # Steps of nodes are netlib's: only their order can be added to.
  changed =
    id: step:
    let
      ours = config.resolved.graph.${id};
    in
    lib.optional
      (
        (step.kind != null && step.kind != ours.kind)
        || (step.node != null && step.node != ours.node or null)
      )
      (
        fails "deploy.steps.${builtins.toJSON id}: netlib makes this step itself. Say only `after` and `before` of it, or choose another id${fileOf id}."
      );

  stray =
    id: step:
    lib.optional (step.kind != "command" && (step.on != null || step.command != null)) (
      fails "deploy.steps.${builtins.toJSON id}: `on` and `command` are for steps of your own, such as kind = \"command\"${fileOf id}."
    );

  stepAssertions =
    id: step:
    if config.resolved.isGenerated id then
      changed id step ++ stray id step
    else if kinds ? ${toString step.kind} then
      written id step
    else
      generated id step ++ stray id step;
in
{
  _file = ./steps.nix;

  config.assertions = lib.concatLists (lib.mapAttrsToList stepAssertions config.deploy.steps);
}
