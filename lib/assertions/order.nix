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
      } Name one of deploy.steps, such as `activate:<node>`"
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

  # Barriers stand for an order, so people see what is on both sides. It starts at the smallest name: the same one always reads the same.
  shown =
    found:
    let
      steps = builtins.filter (id: !lib.hasPrefix "barrier:" id) (lib.drop 1 found);
      smallest = builtins.head (builtins.sort (a: b: a < b) steps);
      start = lib.lists.findFirstIndex (id: id == smallest) 0 steps;
    in
    lib.drop start steps ++ lib.take start steps ++ [ smallest ];

  # What was said with both ends on a circle: what to look at first.
  ordersOn =
    circle: orders:
    let
      onCircle = lib.genAttrs circle (_: true);
      # A rollout stands on it with its gates.
      touches =
        side:
        builtins.any (id: onCircle ? ${id}) side.ids
        || builtins.any (
          name:
          onCircle ? "activate:${name}"
          || onCircle ? "check:${name}"
          || (resolved.rolloutOf ? ${name} && onRollout ? ${resolved.rolloutOf.${name}})
        ) side.nodes;
      onRollout = lib.genAttrs (builtins.filter (id: id != null) (
        map (id: resolved.graph.${id}.rollout or null) circle
      )) (_: true);
    in
    builtins.filter (order: touches order.first && touches order.next) orders;

  # All circles: with one of the orders that make a circle taken away, what others are left?
  most = 20;
  circlesFrom =
    found: orders:
    let
      circle = shown found;
      making = ordersOn circle orders;
      left = lib.remove (lib.last making) orders;
    in
    lib.optionals (found != [ ]) (
      [
        {
          inherit circle making;
        }
      ]
      ++ lib.optionals (making != [ ]) (circlesFrom (resolved.circleOf left) left)
    );
  circles = lib.take most (
    lib.attrValues (
      lib.mapAttrs (_: builtins.head) (
        builtins.groupBy (item: lib.concatStringsSep " -> " item.circle) (
          circlesFrom resolved.sorted.cycle resolved.orders
        )
      )
    )
  );

  # Only what is said by `deploy.order` can be a preference.
  softer =
    making:
    let
      named = map (order: order.origin) (
        builtins.filter (
          order:
          lib.take 2 order.origin == [
            "deploy"
            "order"
          ]
        ) making
      );
    in
    if named == [ ] then
      ", or say it in `deploy.order.<name>` with `soft = true`, as a preference"
    else
      ", or make one a preference: ${show (lib.last named)}.soft = true";

  circleAssertion =
    { circle, making }:
    fails (
      "The order of the deployment goes round in a circle: ${lib.concatStringsSep " -> " circle}. "
      + (
        if making == [ ] then
          "Remove one of the `deploy.order` or `deploy.steps.<id>.after` that make it."
        else
          "Look at ${
            lib.concatMapStringsSep ", " (order: "${show order.origin}${fileOf order.origin}") making
          }. Remove one of them${softer making}."
      )
    );

  unknown = lib.concatMap problemsOf resolved.orders;
in
{
  _file = ./order.nix;

  config.assertions = unknown ++ map circleAssertion circles;
}
