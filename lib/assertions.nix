# netlib's own assertions about nodes and steps: a network module without options.
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
  steps = config.deploy.steps;
  after = lib.mapAttrs (_: step: step.after) steps;

  fails = message: {
    assertion = false;
    inherit message;
  };

  stepFile = errors.definedIn options.deploy.steps;
  orderFile = errors.definedIn options.deploy.order;

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
      fails "gather.${node}.${builtins.toJSON fact}: a fact's name has at most 100 letters, digits, _ . and -, and starts with none of . and -${errors.definedIn options.gather node}."
    );

  stepAssertion =
    id: step:
    lib.optional (step.kind == null || step.node == null) (
      fails (
        "deploy.steps.${errors.quote id}: there is no such step, and it does not say its `kind` and `node`. "
        + "Steps of a node are build:<node>, copy:<node> and activate:<node>; nodes are ${errors.quoteList nodeNames}${stepFile id}."
      )
    )
    ++ map (
      before:
      fails "deploy.steps.${errors.quote id}.after: there is no step ${errors.quote before}. Name one of deploy.steps, such as \"activate:<node>\"${stepFile id}."
    ) (builtins.filter (before: !(steps ? ${before})) step.after);

  cycle = netlib.graph.findCycle (
    lib.mapAttrs (_: builtins.filter (before: steps ? ${before})) after
  );

  # The named orders with both ends on the cycle: what to look at first.
  ordersOnCycle =
    let
      onCycle = lib.genAttrs cycle (_: true);
      touches = builtins.any (name: onCycle ? "activate:${name}");
    in
    lib.attrNames (
      lib.filterAttrs (_: order: touches order.first && touches order.next) config.deploy.order
    );

  cycleAssertion = lib.optional (cycle != [ ]) (
    fails (
      "The order of the deployment goes round in a circle: ${lib.concatStringsSep " -> " cycle}. "
      + (
        if ordersOnCycle == [ ] then
          "Remove one of the `deploy.steps.<id>.after` that make it."
        else
          "Look at ${
            lib.concatMapStringsSep ", " (
              name: "deploy.order.${lib.strings.escapeNixIdentifier name}${orderFile name}"
            ) ordersOnCycle
          }."
      )
    )
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
      ) config.gather
    )
    ++ lib.concatLists (lib.mapAttrsToList stepAssertion steps)
    ++ cycleAssertion;
}
