# What can be wrong with rollouts: amounts that make no sense, canaries from elsewhere, nodes that two would take.
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
  show = netlib.showDuration;
  inherit (config) resolved;
  inherit (import ../rollout/batches.nix { inherit lib; }) percent;

  fails = message: {
    assertion = false;
    inherit message;
  };

  roleFile = errors.definedIn options.roles;
  rolloutFile = errors.definedIn options.rollouts;
  networkFile = errors.filesOf options.rollout;

  isPercentage = builtins.isString;

  amount =
    what: value:
    lib.optional (
      isPercentage value && percent value > 100
    ) "${what} is ${value}, and there are no more than 100 % of the nodes. Set at most \"100%\""
    ++ lib.optional (
      isPercentage value && percent value == 0
    ) "${what} is 0 %, which is no node. Set at least \"1%\"";

  # Numbers and percentages are each compared with their own kind: which of both is more depends on how many nodes there are.
  growing = values: builtins.all lib.id (lib.zipListsWith (a: b: a < b) values (lib.drop 1 values));

  batches =
    list:
    lib.optional (lib.last list != "100%") (
      "`batches` ends with ${shown (lib.last list)}, so some nodes may never be taken. End it with \"100%\""
    )
    ++ lib.concatMap (amount "a batch") list
    ++
      lib.optional
        (
          !growing (map percent (builtins.filter isPercentage list))
          || !growing (builtins.filter builtins.isInt list)
        )
        "`batches` says how many nodes have been taken after each batch, so each number and each percentage is larger than the one before: ${
          lib.concatMapStringsSep ", " shown list
        } is not";

  shown = value: if isPercentage value then quote value else toString value;

  limits =
    rollout:
    let
      inherit (rollout) timing;
    in
    lib.concatMap (name: lib.optionals (rollout.${name} != null) (amount "`${name}`" rollout.${name})) [
      "maxParallel"
      "maxUnavailable"
    ]
    ++ lib.optional (isPercentage rollout.maxFailures && percent rollout.maxFailures > 100) (
      "`maxFailures` is ${rollout.maxFailures}, and there are no more than 100 % of the nodes. Set at most \"100%\""
    )
    ++ lib.optional (timing.minHealthyTime >= timing.healthyDeadline) (
      "`timing.healthyDeadline` (${show timing.healthyDeadline}) leaves no time to be healthy for `timing.minHealthyTime` (${show timing.minHealthyTime}). Set it to more"
    )
    ++ lib.optional (timing.progressDeadline < timing.healthyDeadline) (
      "`timing.progressDeadline` (${show timing.progressDeadline}) ends before a node must be healthy (`timing.healthyDeadline`, ${show timing.healthyDeadline}). Set it to at least that"
    );

  canary =
    rollout: nodes:
    # Nodes that two roles want are none of either, which is said once.
    lib.optional
      (
        !builtins.elem rollout.canary (builtins.attrNames resolved.ambiguous)
        && builtins.isString rollout.canary
        && !builtins.elem rollout.canary nodes
      )
      (
        "the canary ${quote rollout.canary} is not one of its nodes.${errors.meant rollout.canary nodes} "
        + (
          if nodes == [ ] then
            "It has none: they have other roles or rollouts"
          else
            "They are ${errors.quoteList nodes}"
        )
      );

  at = path: file: map (problem: fails "${path}: ${problem}${file}.");

  # Only what a role or a rollout says itself: the rest has been said, and is complained about, elsewhere.
  ofOne =
    path: file: name: rollout:
    let
      taken = resolved.rollouts.${name}.nodes or [ ];
      says = option: builtins.elem option rollout.defined;
      saysLimits = builtins.any says [
        "maxFailures"
        "maxParallel"
        "maxUnavailable"
        "timing.healthyDeadline"
        "timing.minHealthyTime"
        "timing.progressDeadline"
      ];
    in
    at path file (
      lib.optionals (says "batches") (batches rollout.batches)
      ++ lib.optionals saysLimits (limits rollout)
      # A canary that another role says was meant for that one's nodes.
      ++ lib.optionals (says "canary" && isSound) (canary rollout (lib.sort (a: b: a < b) taken))
    );
  ofRole =
    name: role:
    ofOne "roles.${lib.strings.escapeNixIdentifier name}.rollout" (roleFile name) name role.rollout;
  ofRollout =
    name: rollout:
    let
      path = "rollouts.${lib.strings.escapeNixIdentifier name}";
      file = rolloutFile name;
    in
    lib.optionals isSound (
      map (problem: fails "${path}.nodes: ${problem.message}${file}.") resolved.rolloutProblems.${name}
    )
    ++ ofOne path file name rollout
    ++ lib.optional (!netlib.types.word.check name) (
      fails "rollouts.${builtins.toJSON name}: the name of a rollout has at most 63 letters, digits, _ . and -, and does not start with -. Rename it${file}."
    )
    ++ lib.optional (name == "network") (
      fails "rollouts.network: the rollout of the nodes that have no other is called `network`. Rename this one${file}."
    )
    ++ lib.optional (config.roles ? ${name} && config.roles.${name}.rollout.defined != [ ]) (
      fails "${path} and roles.${name}.rollout have one name, and are two rollouts. Rename one of them${file}."
    );

  contested = lib.mapAttrsToList (
    name: rollouts:
    fails (
      "the rollouts ${errors.quoteList rollouts} name ${quote name} equally well, and only one of them can take it. "
      + "Name the node itself in one of them${rolloutFile (builtins.head rollouts)}."
    )
  ) resolved.contested;

  ofNetwork = at "rollout" networkFile (
    batches config.rollout.batches
    ++ limits config.rollout
    ++ lib.optionals isSound (
      canary config.rollout (lib.sort (a: b: a < b) (resolved.rollouts.network.nodes or [ ]))
    )
  );

  isSound = resolved.extendsCycle == [ ] && resolved.selectorCycle == [ ];

  # One message for all nodes that have the same roles.
  ambiguous =
    lib.mapAttrsToList
      (
        _: names:
        let
          roles = resolved.ambiguous.${builtins.head names};
          isOne = builtins.length names == 1;
          files = errors.inFiles (
            lib.unique (lib.concatMap (name: errors.filesDefining options.nodes [ name ]) names)
          );
        in
        fails (
          "${
            if isOne then "nodes.${builtins.head names} has" else "${errors.quoteList names} have"
          } the roles ${errors.quoteList roles}, and only one of them can roll ${
            if isOne then "it" else "each"
          } out. "
          + "Set nodes.${
            if isOne then builtins.head names else "<name>"
          }.role to that one, name it in one of `rollouts`, or let one of them extend the other${files}."
        )
      )
      (
        lib.groupBy (name: builtins.toJSON resolved.ambiguous.${name}) (
          builtins.attrNames resolved.ambiguous
        )
      );

  reserved = lib.optional (config.roles ? network) (
    fails "roles.network: the rollout of the nodes without a role is called `network`. Rename the role${roleFile "network"}."
  );

  # A pause for a canary that there is not.
  pointless = lib.filterAttrs (
    _: rollout:
    rollout.settings.pause != null
    && rollout.settings.pause.after == "canary"
    && rollout.settings.canary == false
  ) resolved.rollouts;
in
{
  _file = ./rollouts.nix;

  config = {
    assertions =
      lib.concatLists (lib.mapAttrsToList ofRole config.roles)
      ++ lib.concatLists (lib.mapAttrsToList ofRollout config.rollouts)
      ++ ofNetwork
      ++ ambiguous
      ++ contested
      ++ reserved;

    warnings = lib.mapAttrsToList (
      name: _:
      "the rollout ${quote name} pauses after its canary and has none, so it never pauses. Set `canary`, or pause.after = \"batch\"."
    ) pointless;
  };
}
