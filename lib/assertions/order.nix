# What can be wrong with the order of a deployment: words that name nothing, and circles.
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

  fails = message: {
    assertion = false;
    inherit message;
  };

  # The first part of an origin that users may have written, and its file.
  fileOf =
    origin:
    if builtins.head origin == "nodes" then
      errors.definedIn options.nodes (builtins.elemAt origin 1)
    else
      errors.definedIn options.deploy.${builtins.elemAt origin 1} (builtins.elemAt origin 2);

  show =
    origin:
    lib.concatMapStringsSep "." (
      part: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*" part == null then builtins.toJSON part else part
    ) origin;

  isStepOption =
    origin:
    lib.take 2 origin == [
      "deploy"
      "steps"
    ];

  describe =
    origin: problem:
    if problem.kind == "step" then
      "there is no step ${quote problem.word}.${
        errors.meant problem.word (
          builtins.attrNames (lib.filterAttrs (_: step: step.kind != "barrier") resolved.graph)
        )
      } Name one of deploy.steps, such as \"activate:<node>\""
    else if problem.kind == "node" && isStepOption origin then
      "${problem.message}. Steps of your own are ${errors.quoteList commands}"
    else
      problem.message;

  commands = builtins.attrNames (
    lib.filterAttrs (_: step: step.kind == "command") config.deploy.steps
  );

  problemsOf =
    {
      origin,
      first,
      next,
      ends ? null,
      ...
    }:
    let
      at = end: problem: fails "${show (origin ++ end)}: ${describe origin problem}${fileOf origin}.";
    in
    # `deploy.order` has two ends of its own; elsewhere the option itself is one.
    map (at (lib.optional (ends != null) ends.first)) first.problems
    ++ map (at (lib.optional (ends != null) ends.next)) next.problems;

  # Barriers stand for an order, so people see what is on both sides.
  cycle =
    let
      found = resolved.sorted.cycle;
      steps = builtins.filter (id: resolved.graph.${id}.kind != "barrier") (lib.drop 1 found);
      smallest = builtins.head (builtins.sort (a: b: a < b) steps);
      start = lib.lists.findFirstIndex (id: id == smallest) 0 steps;
    in
    if found == [ ] then [ ] else lib.drop start steps ++ lib.take start steps ++ [ smallest ];

  # What was said with both ends on the cycle: what to look at first. Of users, else of modules.
  ordersOnCycle = if saidOnCycle != [ ] then saidOnCycle else allOnCycle;
  saidOnCycle = builtins.filter (order: fileOf order.origin != "") allOnCycle;
  allOnCycle =
    let
      onCycle = lib.genAttrs cycle (_: true);
      # A rollout stands on the cycle with its gates.
      touches =
        side:
        builtins.any (id: onCycle ? ${id}) side.ids
        || builtins.any (
          name:
          onCycle ? "activate:${name}"
          || onCycle ? "check:${name}"
          || (resolved.rolloutOf ? ${name} && onRollout ? ${resolved.rolloutOf.${name}})
        ) side.nodes;
      onRollout = lib.genAttrs (builtins.filter (id: id != null) (
        map (id: resolved.graph.${id}.rollout or null) cycle
      )) (_: true);
    in
    builtins.filter (order: touches order.first && touches order.next) resolved.orders;

  cycleAssertion = lib.optional (cycle != [ ]) (
    fails (
      "The order of the deployment goes round in a circle: ${lib.concatStringsSep " -> " cycle}. "
      + (
        if ordersOnCycle == [ ] then
          "Remove one of the `deploy.order` or `deploy.steps.<id>.after` that make it."
        else
          "Look at ${
            lib.concatMapStringsSep ", " (order: "${show order.origin}${fileOf order.origin}") ordersOnCycle
          }."
          + lib.optionalString (saidOnCycle == [ ]) (
            " Network modules say these: let one give way, with "
            + "${lib.concatMapStringsSep " or " (order: "${show order.origin}.yields = true;") ordersOnCycle}"
          )
      )
    )
  );

  unknown = lib.concatMap problemsOf resolved.orders;
in
{
  _file = ./order.nix;

  config.assertions = unknown ++ cycleAssertion;
}
