# One document for one request: exactly what is walked and evaluated, schema version 3. Forces no NixOS evaluation and no fact.
{
  lib,
  errors,
  graph,
  selector,
}:
config:
let
  inherit (lib) filterAttrs genAttrs mapAttrs;
  inherit (errors) meant quoteList quoteWord;
  inherit (config) resolved;

  requests = import ./request.nix { inherit lib errors; };
  goals = import ./goal.nix { inherit lib; };
  purposes = import ./purposes.nix;
  record = import ./json.nix { inherit lib errors; } config;
  part = import ./part.nix { inherit lib errors graph; };
  runs = import ./run.nix { inherit lib errors selector; } config;
  show = import ./show.nix { inherit lib graph; };
  gathering = import ./gather.nix { inherit lib; } config.facts;

  everyNode = builtins.attrNames config.nodes;
  everyRollout = builtins.attrNames resolved.rollouts;

  unknownRollout =
    name:
    "there is no rollout ${quoteWord name}.${meant name everyRollout} Rollouts are ${quoteList everyRollout}";

  noPlaceForFacts =
    folder:
    "facts are kept in files beside the flake, but this one is "
    + (
      if folder == null then
        "not a folder on this machine. Clone it, and run netlib there, or name the folder: --flake path/to/clone"
      else
        "in the Nix store, which nobody may change. Name the folder that it was copied from: --flake path/to/folder"
    );

  noNodes = "the network ${errors.quote config.network.name} has no nodes. Write each machine as nodes.<name> = { … }";

  severalGenerations =
    nodes: to:
    "generation ${toString to} is of one node, and these are ${toString (builtins.length nodes)}: ${lib.concatStringsSep ", " nodes}. "
    + "Each host counts its own generations: roll back one node at a time, or leave out --to";

  # What these nodes are not deployed together for.
  refusalsOf =
    nodes:
    builtins.filter (
      refusal: builtins.all (name: builtins.elem name nodes) refusal.nodes
    ) config.deploy.refusals;

  # The nodes and rollouts that a request names, and what is wrong with it.
  find =
    given:
    let
      inherit (requests.read given) problems;
      asked = (requests.read given).request;
      run = runs.of asked;
      request =
        asked
        // run.given
        // {
          on = asked.on ++ run.given.on or [ ];
          goal =
            if asked.goal != null then
              asked.goal
            else if run.given.goal or null != null then
              run.given.goal
            else
              run.goal;
        };
      purpose = purposes.${request.command};
      nodes = if request.on == [ ] then everyNode else named.nodes;
      named = selector.resolve resolved.context request.on;
      unknown = builtins.filter (name: !(resolved.rollouts ? ${name})) request.rollouts;
      activates =
        purpose.steps or false
        && run.deploys
        && !builtins.elem request.goal [
          "build"
          "copy"
          "dry-activate"
        ];
      nothing =
        "no node is left of ${
          lib.concatMapStringsSep " and " quoteWord request.on
        }: an intersection or an exclusion leaves none. "
        + "`netlib plan` lists the nodes with their tags and roles";
    in
    {
      inherit
        nodes
        request
        purpose
        run
        ;
      rollouts = if request.rollouts == [ ] then everyRollout else request.rollouts;
      problems =
        problems
        ++ run.problems
        ++ lib.optionals (problems == [ ] && run.problems == [ ]) (run.stepProblems or [ ])
        ++ map (problem: problem.message) named.problems
        ++ lib.optional (everyNode == [ ]) noNodes
        ++ lib.optional (
          request.on != [ ] && everyNode != [ ] && named.problems == [ ] && named.nodes == [ ]
        ) nothing
        ++ map (refusal: refusal.message) (lib.optionals activates (refusalsOf nodes))
        ++ map unknownRollout unknown
        ++ lib.optional (request.to != null && builtins.length nodes > 1) (
          severalGenerations nodes request.to
        )
        ++ lib.optional (
          purpose.gathers or false && (request.folder == null || lib.hasPrefix "/nix/store/" request.folder)
        ) (noPlaceForFacts request.folder)
        ++ lib.optional (
          purpose.rollouts or false && everyRollout == [ ]
        ) "the network has no rollouts, so nothing can wait for approval";
    };

  # Nothing that could be walked.
  refused =
    found:
    base found
    // {
      problems = map (problem: "${problem}.") found.problems;
    };

  base =
    { request, run, ... }:
    {
      run = run.document;
      inherit (requests) version;
      inherit (record) network;
      inherit (config) warnings;
      inherit request;
      problems = [ ];
      nodes = { };
      steps = { };
      rollouts = { };
      evaluate.toplevels = [ ];
      programs = { };
      summary = [ ];
      text = null;
    };

  # Only what is needed to reach it.
  bystander = name: {
    inherit (record.node name config.nodes.${name}) target system names;
    selected = false;
    connect = false;
  };

  answer =
    found:
    let
      inherit (found) request purpose run;
      isAboutNodes = !(purpose.rollouts or false);
      selected = lib.optionals isAboutNodes found.nodes;
      isSelected = genAttrs selected (_: true);
      hasFacts = name: config.facts.${name} or { } != { };
      isCommand = name: request.command == name;

      walks = purpose.steps or false;
      hooksOf = runs.hooksOf (if request.plan == null then "deploy" else request.plan);
      walked = part (run.network or config) {
        inherit (request) goal reboot;
        inherit run;
        # A command that stands alone is a step even of no node.
        nodes = if walks then selected else null;
      };
      watched = if isCommand "check" then selected else walked.watched;
      rollouts =
        if purpose.waits or false then
          mapAttrs record.rollout (
            filterAttrs (
              _: rollout:
              rollout.settings.pause != null && builtins.any (name: isSelected ? ${name}) rollout.nodes
            ) resolved.rollouts
          )
        else if isAboutNodes then
          walked.rollouts
        else
          mapAttrs record.rollout (lib.getAttrs found.rollouts resolved.rollouts);

      # Who looks at whom, and who keeps a rollout's lock.
      places = lib.concatMap (
        name: lib.concatMap (check: map (placeOf name) check.sources) (checksOf name)
      ) watched;
      checksOf = name: builtins.attrValues (resolved.checks.${name} or { });
      placeOf = name: source: if source == "self" then "node:${name}" else source;
      lookers = map (lib.removePrefix "node:") (builtins.filter (place: place != "deployer") places);
      keepers = lib.concatMap (
        rollout: [ rollout.coordinator ] ++ rollout.standbys ++ lib.optionals (!isAboutNodes) rollout.nodes
      ) (builtins.attrValues rollouts);
      # Where nodes are taken out of service for their restart.
      drainers = lib.optionals walks (
        resolved.restarts.placesOf (builtins.filter walked.restartsOf selected)
      );
      others = removeAttrs (genAttrs (lookers ++ keepers ++ drainers) (_: true)) selected;

      # Systems of nodes that are not selected, but part of what is approved.
      approved = lib.concatMap (rollout: rollout.digest.systems) (builtins.attrValues walked.rollouts);

      wants = attribute: builtins.elem attribute (purpose.evaluate or [ ]);
      keepsPrograms = name: record.programs.onNodes ? ${name};
      ownPrograms = lib.optionals (!(isCommand "check")) (builtins.filter keepsPrograms selected);

      gathers = purpose.gathers or false;
      gathered = gathering {
        nodes = builtins.filter hasFacts selected;
        inherit (request) system;
      };
      each = lib.listToAttrs (
        map (node: {
          name = "${request.command}:${node}";
          value = {
            kind = purpose.each;
            inherit node;
            after = [ ];
          }
          // lib.optionalAttrs (isCommand "rollback") { to = if request.to == null then 0 else request.to; };
        }) selected
      );

      node =
        name: _:
        let
          rendered = record.node name config.nodes.${name};
          goal = walked.goalOf name;
          hooks = hooksOf name;
          reboot = if request.reboot then "when-needed" else rendered.activation.reboot;
          restarts = walked.restartsOf name;
          fields = import ../status.nix { inherit lib selector; } config name;
        in
        rendered
        // lib.optionalAttrs (isCommand "status" && fields != { }) {
          status = mapAttrs (_: field: field.column) fields;
        }
        // lib.optionalAttrs (run.targets ? ${name}) {
          target = runs.overridden rendered.target run.targets.${name};
        }
        // {
          activation =
            rendered.activation
            // {
              inherit goal reboot restarts;
            }
            // lib.optionalAttrs (restarts && config.nodes.${name}.activation.bootOnce) { bootOnce = true; }
            // lib.optionalAttrs (walks && hooks != { }) { inherit hooks; };
          selected = true;
          # Whether it is asked for anything as soon as the run begins.
          connect = if walks then run.deploys && goal != "build" else !gathers || hasFacts name;
        };

      document = base found // {
        # With the name of what is going to be done, for whoever keeps a record of it: the same from every machine.
        run =
          if run.document == null || run.isPrepare || !walks then
            run.document
          else
            run.document
            // {
              planDigest = builtins.hashString "sha256" (
                builtins.toJSON [
                  run.document.plan
                  run.document.arguments
                  document.network
                  document.nodes
                  document.steps
                  document.rollouts
                ]
              );
            };
        nodes = mapAttrs node isSelected // mapAttrs (name: _: bystander name) others;
        inherit rollouts;
        steps =
          if gathers then
            gathered.steps or { }
          else if purpose ? each then
            each
          else
            mapAttrs record.step walked.steps;
        inherit programs;
        evaluate = {
          toplevels = lib.optionals (wants "toplevels" && run.deploys) (graph.unique (selected ++ approved));
        }
        // mapAttrs (_: map (job: job.node)) (
          builtins.groupBy (job: job.attribute) (builtins.attrValues programs)
        );
      };
      # Where programs run, and the derivation with them.
      programs =
        if gathers then
          gathered.programs or { }
        else
          lib.optionalAttrs (wants "programs") (
            lib.listToAttrs (map ofNode (graph.unique (ownPrograms ++ lookers ++ drainers)))
          )
          // lib.optionalAttrs runsHere {
            deployer = {
              attribute = "deployerPrograms";
              node = request.system;
            };
          };
      ofNode =
        node:
        lib.nameValuePair "node:${node}" {
          attribute = "programs";
          inherit node;
        };
      runsHere =
        wants "programs" && (builtins.elem "deployer" places || walked.hasDeployerCommands)
        || run.document.onEnd or { } != { };
      shown =
        if request.show != null then
          request.show
        else if request.preview then
          "text"
        else
          purpose.show or "nothing";
      drawn = show { inherit ((run.network or config).resolved.sorted) levels; } document;
    in
    (if request.preview then previewed document else document)
    // {
      summary = lib.optionals walks drawn.summary;
      # Where each is and was called before, to tell when one is gone.
      members = lib.optionalAttrs (
        (isCommand "deploy" || isCommand "plan" || isCommand "status") && !request.preview
      ) (mapAttrs (_: node: [ node.target.host ] ++ node.formerNames) config.nodes);
      text = if shown == "nothing" then null else drawn.${shown};
    };

  # Nothing is carried out for who only wants to know what would be: each node that would be brought to a system is looked at.
  previewed =
    document:
    let
      builds = builtins.filter (step: step.kind == "build") (builtins.attrValues document.steps);
      look = step: {
        name = "activate:${step.node}";
        value = {
          kind = "activate";
          inherit (step) node;
          after = [ ];
        };
      };
      node =
        _: about:
        about
        // lib.optionalAttrs about.selected {
          activation = about.activation // {
            goal = "dry-run";
          };
        };
    in
    document
    // {
      nodes = mapAttrs node document.nodes;
      steps = builtins.listToAttrs (map look builds);
      rollouts = { };
      run = lib.mapNullable (run: run // { onEnd = { }; }) document.run;
      evaluate.toplevels = builtins.filter (
        name: document.nodes.${name}.selected or false
      ) document.evaluate.toplevels;
      programs = { };
    };

  # Nothing is walked where somebody only wants to know what there is.
  helped =
    found:
    base found
    // {
      run = found.run.document // {
        stages = 0;
      };
      text = found.run.usage;
    };
in
{
  # Whether a request only carries out what prepares a plan.
  prepares = given: (find given).run.isPrepare;

  answer =
    given:
    let
      found = find given;
    in
    if found.problems != [ ] then
      refused found
    else if found.run.usage != null then
      helped found
    else
      answer found;
}
