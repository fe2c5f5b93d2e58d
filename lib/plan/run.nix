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

  # What prepares a plan: { id; name; } of programs.
  preparesOf =
    ofPlan: name:
    map (program: {
      id = "prepare:${lib.optionalString (ofPlan != name) "${name}."}${program}";
      inherit name program;
    }) (builtins.attrNames plans.${name}.prepare);

  # Each with which steps it carries out. A plan is prepared before anything else; what prepares deployments comes right before each request
  # that deploys, which is evaluated of what it says. Nothing is prepared for who only looks or builds.
  stagesOf =
    request: name: plan:
    let
      goalOf = part: if request.goal != null then request.goal else part.goal;
      isPrepared = part: name != "deploy" && part.deploy && goalOf part != "build";
      stages = lib.concatMap (
        part:
        prepare (lib.optionals (isPrepared part) (preparesOf name "deploy"))
        ++ [
          (
            part
            // {
              isPrepare = false;
              prepares = [ ];
            }
          )
        ]
      ) plan.requests;
      prepare =
        prepares:
        lib.optional (prepares != [ ] && !request.preview) {
          isPrepare = true;
          deploy = false;
          steps = [ ];
          goal = null;
          inherit prepares;
        };
      first = builtins.head stages;
      own = lib.optionals (request.goal != "build") (preparesOf name name);
    in
    # One evaluation is enough for both.
    if first.isPrepare then
      prepare (own ++ first.prepares) ++ builtins.tail stages
    else
      prepare own ++ stages;

  # Names of programs: part of names of files.
  prepareSteps =
    prepares:
    builtins.listToAttrs (
      lib.imap0 (
        index:
        {
          id,
          name,
          program,
        }:
        lib.nameValuePair id {
          kind = "command";
          on = "deployer";
          program = "prepare-${name}.${program}";
          inherit (plans.${name}.prepare.${program}) timeout;
          after = lib.optional (index > 0) (builtins.elemAt prepares (index - 1)).id;
        }
      ) prepares
    );

  endsOf =
    name:
    lib.mapAttrs' (
      hook: program:
      lib.nameValuePair "end-${name}.${hook}" {
        kind = "command";
        on = "deployer";
        program = "end-${name}.${hook}";
        inherit (program) timeout;
      }
    ) plans.${name}.hooks.onEnd;

  # Of a rollback, whoever waits for the end of a deployment hears as well.
  onlyEnd = {
    plan = "rollback";
    stage = 0;
    stages = 1;
    arguments = { };
    environment = lib.mapAttrs' (
      argument: _: lib.nameValuePair (variable argument) ""
    ) plans.deploy.arguments;
    onEnd = endsOf "deploy";
  };

  # Whether deployments are part of it, which then takes the arguments that those have, as options.
  deploysIn = name: name != "deploy" && builtins.any (request: request.deploy) plans.${name}.requests;
  inherited =
    name:
    lib.mapAttrs (_: argument: argument // { position = null; }) (
      lib.optionalAttrs (deploysIn name) plans.deploy.arguments
    );

  stepProblems =
    name: planned:
    let
      steps = plans.${name}.steps;
      at = id: problem: "plans.${name}.steps.${builtins.toJSON id}: ${problem}";
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
    if request.command == "rollback" && plans.deploy.hooks.onEnd != { } then
      withoutStages // { document = onlyEnd; }
    else if request.command != "run" && !(request.command == "deploy" && hasEnds plans.deploy) then
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
        taken = inherited name;
        asked = plan // {
          arguments = taken // plan.arguments;
        };
        said = words.read {
          inherit name;
          plan = asked;
          nodes = builtins.attrNames config.nodes;
        } request.words;
        goal = if request.goal != null then request.goal else said.request.goal or null;
        all = stagesOf (request // { inherit goal; }) name plan;
        number = lib.min request.stage (builtins.length all - 1);
        stage = builtins.elemAt all number;
        planned = config.resolved.planned name;
      in
      withoutStages
      // {
        problems =
          said.problems
          ++ map (
            argument:
            "plans.${name}.arguments.${builtins.toJSON argument}: the plan `deploy` has an argument of this name, which all plans that deploy take. Choose another name"
          ) (builtins.attrNames (builtins.intersectAttrs taken plan.arguments));
        inherit (stage) isPrepare;
        deploys = stage.deploy;
        usage = if said.wantsHelp then words.usage name asked else null;
        given = said.request;
        inherit (stage) goal;
        # What is wrong with its steps does not keep `prepare` from mending it.
        stepProblems = lib.optionals (!stage.isPrepare) (stepProblems name planned);
        network = if stage.isPrepare then config else planned;
        own = lib.filterAttrs (_: step: step.kind != null) plan.steps;
        isWanted = id: stage.steps == null || builtins.elem id stage.steps;
        steps = prepareSteps stage.prepares;
        targets = lib.mapAttrs (_: override: override) (
          plan.targets (builtins.intersectAttrs plan.arguments said.arguments)
        );
        document = {
          plan = name;
          stage = number;
          stages = builtins.length all;
          inherit (said) arguments;
          # The same for shell scripts.
          environment = lib.mapAttrs' (
            argument: value: lib.nameValuePair (variable argument) (toVariable value)
          ) said.arguments;
          onEnd = endsOf name // lib.optionalAttrs (deploysIn name) (endsOf "deploy");
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
