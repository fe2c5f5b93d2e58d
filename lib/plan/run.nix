# The plan that a request runs: its arguments, its requests one after the other, its own steps among those of a deployment, its hooks.
{
  lib,
  errors,
  selector,
}:
config:
let
  inherit (errors) meant quoteList quoteWord;
  inherit (config) plans;

  words = import ./words.nix { inherit lib errors; };
  kinds = import ./kinds.nix { inherit lib errors; };
  moments = [
    "beforeActivate"
    "onConfirm"
    "onRollback"
  ];

  names = builtins.attrNames plans;

  # Deployments have the hooks of the plan `deploy` besides those of the plan that is run.
  hookPlans =
    name:
    lib.unique [
      "deploy"
      name
    ];

  withoutStages = {
    stages = 1;
    steps = { };
    deploys = true;
    isPrepare = false;
    goal = null;
    usage = null;
    targets = { };
    given = { };
    problems = [ ];
    document = null;
  };

  # Whether a deployment is more than its steps.
  hasEnds = plan: plan.prepare != { } || plan.hooks.onEnd != { };

  # Each with which steps it carries out. What prepares a run changes nothing for who only looks or builds.
  stagesOf =
    request: plan:
    lib.optional (plan.prepare != { } && !request.preview && request.goal != "build") {
      isPrepare = true;
      deploy = false;
      steps = [ ];
      goal = null;
    }
    ++ map (request: request // { isPrepare = false; }) plan.requests;

  # Names of programs: part of names of files.
  prepareSteps =
    planName: plan:
    builtins.listToAttrs (
      lib.imap0 (
        index: name:
        lib.nameValuePair "prepare:${name}" {
          kind = "command";
          on = "deployer";
          program = "prepare-${planName}.${name}";
          inherit (plan.prepare.${name}) timeout;
          after =
            lib.optional (index > 0)
              "prepare:${builtins.elemAt (builtins.attrNames plan.prepare) (index - 1)}";
        }
      ) (builtins.attrNames plan.prepare)
    );

  stepProblems =
    name: planned:
    let
      steps = plans.${name}.steps;
      at = id: problem: "plans.${name}.steps.${quoteWord id}: ${problem}";
      ofStep =
        id: step:
        map (at id) (
          lib.optionals (kinds ? ${toString step.kind}) (
            kinds.${step.kind}.problems (builtins.attrNames config.nodes) step
          )
        )
        ++ lib.optional (
          builtins.match "[a-zA-Z0-9_][a-zA-Z0-9_.-]*" id == null
          && !(step.kind == null && planned.resolved.isGenerated id)
        ) (at id "the id of a step has letters, digits, _ . and -, and starts with none of . and -")
        ++ lib.optional (
          step.kind == null && !(planned.resolved.isGenerated id || config.deploy.steps ? ${id})
        ) (at id "there is no such step, and it does not say what it does: set `kind`");
      ofOrder =
        order:
        map (
          problem: "plans.${name}.steps: ${problem.message or "there is no step ${quoteWord problem.word}"}"
        ) (order.first.problems ++ order.next.problems);
      inherit (planned.resolved.sorted) cycle;
      unknown = lib.concatMap (
        request:
        builtins.filter (id: !(steps ? ${id})) (if request.steps == null then [ ] else request.steps)
      ) plans.${name}.requests;
    in
    lib.concatLists (lib.mapAttrsToList ofStep steps)
    ++ lib.concatMap ofOrder planned.resolved.orders
    ++ lib.optional (
      cycle != [ ]
    ) "plans.${name}: its order goes round in a circle: ${lib.concatStringsSep " -> " cycle}"
    ++ map (
      id:
      "plans.${name}.requests: there is no step ${quoteWord id}. Its own steps are ${quoteList (builtins.attrNames steps)}"
    ) unknown;

  variable = argument: "NETLIB_ARG_${builtins.replaceStrings [ "-" ] [ "_" ] (lib.toUpper argument)}";
  toVariable =
    value: if builtins.isBool value then lib.optionalString value "true" else toString value;

  overridden =
    target: override:
    let
      said = lib.filterAttrs (_: value: value != null) (removeAttrs override [ "hostKey" ]);
      # `%H` is what ssh looks for in known_hosts.
      key = lib.optionals (override.hostKey != null) [
        "-o"
        "UserKnownHostsFile=/dev/null"
        "-o"
        "GlobalKnownHostsFile=/dev/null"
        "-o"
        "StrictHostKeyChecking=yes"
        "-o"
        "KnownHostsCommand=/usr/bin/env echo %H ${override.hostKey}"
      ];
    in
    target
    // said
    // {
      local = false;
      sshOptions = key ++ target.sshOptions;
    };
in
{
  /**
    Everything about the plan of a request. Of a request that runs none, what every deployment has.

    # Type

    ```
    of :: request -> { stages; steps; deploys; … }
    ```
  */
  of =
    request:
    if request.command != "run" && !(request.command == "deploy" && hasEnds plans.deploy) then
      withoutStages
    else if request.command == "run" && (request.plan == null || !(plans ? ${request.plan})) then
      withoutStages
      // {
        problems = [
          (
            if request.plan == null then
              "name a plan: netlib run <plan>. Plans are ${quoteList names}"
            else
              "there is no plan ${quoteWord request.plan}.${meant request.plan names} Plans are ${quoteList names}"
          )
        ];
      }
    else
      let
        name = if request.command == "run" then request.plan else "deploy";
        plan = plans.${name};
        said = words.read {
          inherit name plan;
          nodes = builtins.attrNames config.nodes;
        } request.words;
        all = stagesOf request plan;
        number = lib.min request.stage (builtins.length all - 1);
        stage = builtins.elemAt all number;
        planned = config.resolved.planned name;
      in
      withoutStages
      // {
        inherit (said) problems;
        inherit (stage) isPrepare;
        deploys = stage.deploy;
        usage = if said.wantsHelp then words.usage name plan else null;
        given = said.request;
        goal = stage.goal;
        # What is wrong with its steps does not keep `prepare` from mending it.
        stepProblems = lib.optionals (!stage.isPrepare) (stepProblems name planned);
        network = if stage.isPrepare then config else planned;
        own = lib.filterAttrs (_: step: step.kind != null) plan.steps;
        isWanted = id: stage.steps == null || builtins.elem id stage.steps;
        steps = lib.optionalAttrs stage.isPrepare (prepareSteps name plan);
        targets = lib.mapAttrs (_: override: override) (plan.targets said.arguments);
        document = {
          plan = name;
          stage = number;
          stages = builtins.length all;
          inherit (said) arguments;
          # The same for shell scripts.
          environment = lib.mapAttrs' (
            argument: value: lib.nameValuePair (variable argument) (toVariable value)
          ) said.arguments;
          onEnd = lib.mapAttrs' (
            hook: program:
            lib.nameValuePair "end-${name}.${hook}" {
              kind = "command";
              on = "deployer";
              program = "end-${name}.${hook}";
              inherit (program) timeout;
            }
          ) plan.hooks.onEnd;
        };
      };

  /**
    Hooks of a node in a run of a plan, by when they run; `{ }` where there is none.

    # Type

    ```
    hooksOf :: plan -> node -> { <when> = [ { program; timeout; } ]; }
    ```
  */
  hooksOf =
    planName:
    let
      at =
        node: when:
        lib.concatMap (
          name:
          lib.concatLists (
            lib.mapAttrsToList (
              hook: program:
              lib.optional (builtins.elem node (selector.resolve config.resolved.context program.on).nodes) {
                program = "hook-${name}.${when}.${hook}";
                inherit (program) timeout;
              }
            ) plans.${name}.hooks.${when}
          )
        ) (hookPlans planName);
      any = builtins.any (name: builtins.any (when: plans.${name}.hooks.${when} != { }) moments) (
        hookPlans planName
      );
    in
    node:
    if any then lib.filterAttrs (_: hooks: hooks != [ ]) (lib.genAttrs moments (at node)) else { };

  inherit overridden;
}
