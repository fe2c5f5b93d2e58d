# One document for one request: exactly what is walked and evaluated, schema version 2. Forces no NixOS evaluation and no fact.
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
  record = import ./json.nix { inherit lib; } config;
  part = import ./part.nix { inherit lib graph; } config;
  show = import ./show.nix { inherit lib graph; };

  everyNode = builtins.attrNames config.nodes;
  everyRollout = builtins.attrNames resolved.rollouts;

  unknownRollout =
    name:
    "there is no rollout ${quoteWord name}.${meant name everyRollout} Rollouts are ${quoteList everyRollout}";

  # The nodes and rollouts that a request names, and what is wrong with it.
  find =
    given:
    let
      inherit (requests.read given) request problems;
      purpose = purposes.${request.command};
      named = selector.resolve resolved.context request.on;
      unknown = builtins.filter (name: !(resolved.rollouts ? ${name})) request.rollouts;
      nothing =
        "no node is left of ${
          lib.concatMapStringsSep " and " quoteWord request.on
        }: an intersection or an exclusion leaves none. "
        + "`netlib plan` lists the nodes with their tags and roles";
    in
    {
      inherit request purpose;
      nodes = if request.on == [ ] then everyNode else named.nodes;
      rollouts = if request.rollouts == [ ] then everyRollout else request.rollouts;
      problems =
        problems
        ++ map (problem: problem.message) named.problems
        ++ lib.optional (request.on != [ ] && named.problems == [ ] && named.nodes == [ ]) nothing
        ++ map unknownRollout unknown
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
    { request, ... }:
    {
      inherit (requests) version;
      inherit (record) network;
      inherit (config) warnings;
      inherit request;
      problems = [ ];
      nodes = { };
      steps = { };
      rollouts = { };
      evaluate = {
        toplevels = [ ];
        programs = [ ];
        gatherers = [ ];
        deployerPrograms = false;
      };
      summary = [ ];
      text = null;
    };

  # Only what is needed to reach it.
  bystander = name: {
    inherit (record.node name config.nodes.${name}) target system programs;
    selected = false;
    connect = false;
  };

  answer =
    found:
    let
      inherit (found) request purpose;
      isAboutNodes = !(purpose.rollouts or false);
      selected = lib.optionals isAboutNodes found.nodes;
      isSelected = genAttrs selected (_: true);
      hasFacts = name: config.gather.${name} or { } != { };
      isCommand = name: request.command == name;

      walks = purpose.steps or false;
      walked = part {
        inherit (request) goal;
        # A command that stands alone is a step even of no node.
        nodes = if walks then selected else null;
      };
      watched = if isCommand "check" then selected else walked.watched;
      rollouts =
        if isAboutNodes then
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
        rollout:
        [ rollout.coordinator ]
        ++ lib.optionals (!isAboutNodes && rollout.onUnreachable == "skip") rollout.nodes
      ) (builtins.attrValues rollouts);
      others = removeAttrs (genAttrs (lookers ++ keepers) (_: true)) selected;

      # Systems of nodes that are not selected, but part of what is approved.
      approved = lib.concatMap (rollout: rollout.digest.systems) (builtins.attrValues walked.rollouts);

      wants = attribute: builtins.elem attribute (purpose.evaluate or [ ]);
      keepsPrograms = name: record.programs.onNodes ? ${name};
      ownPrograms = lib.optionals (!(isCommand "check")) (builtins.filter keepsPrograms selected);

      node =
        name: _:
        let
          rendered = record.node name config.nodes.${name};
          goal = walked.goalOf name;
        in
        rendered
        // {
          activation =
            rendered.activation
            // {
              inherit goal;
            }
            // lib.optionalAttrs request.reboot { reboot = "when-needed"; };
          selected = true;
          # Whether it is asked for anything as soon as the run begins.
          connect =
            if isCommand "facts" then
              hasFacts name
            else if walks then
              goal != "build"
            else
              true;
        };

      document = base found // {
        nodes = mapAttrs node isSelected // mapAttrs (name: _: bystander name) others;
        inherit rollouts;
        steps = mapAttrs record.step walked.steps;
        evaluate = {
          toplevels = lib.optionals (wants "toplevels") (graph.unique (selected ++ approved));
          programs = lib.optionals (wants "programs") (graph.unique (ownPrograms ++ lookers));
          gatherers = lib.optionals (wants "gatherers") (builtins.filter hasFacts selected);
          deployerPrograms =
            wants "programs" && (builtins.elem "deployer" places || walked.hasDeployerCommands);
        };
      };
      shown =
        if request.show != null then
          request.show
        else if request.preview then
          "text"
        else
          purpose.show or "nothing";
      drawn = show { inherit (resolved.sorted) levels; } document;
    in
    document
    // {
      summary = lib.optionals walks drawn.summary;
      text = if shown == "nothing" then null else drawn.${shown};
    };
in
given:
let
  found = find given;
in
if found.problems == [ ] then answer found else refused found
