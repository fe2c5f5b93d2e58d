# Where the programs of checks and commands run, and how checks are described to people.
{ lib }:
config:
let
  inherit (config) resolved;
  selector = import ../selectors {
    inherit lib;
    errors = import ../errors.nix { inherit lib; };
  };

  checks = lib.concatMap builtins.attrValues (builtins.attrValues resolved.checks);
  # What steps, plans and their hooks run, each { place; name; value }; `wrapper` is how it talks with the driver.
  placeOf = on: if on == "deployer" then on else "node:${on}";
  ofStep =
    program: step:
    [
      {
        place = placeOf step.on;
        name = program;
        value = {
          wrapper = if step.input == null then "step" else "receive";
          limit = lib.optionalString (step.on != "deployer") (toString step.timeout);
          script = step.command;
          inherit (step) packages;
        };
      }
    ]
    ++ lib.optional (step.input != null) {
      place = "deployer";
      name = "feed-${program}";
      value = {
        wrapper = "feed";
        script = step.input.program;
        inherit (step.input) packages;
      };
    };
  ofSteps =
    programOf: steps:
    lib.concatLists (
      lib.mapAttrsToList (id: ofStep (programOf id)) (
        lib.filterAttrs (_: step: step.kind == "command" && step.on != null && step.command != null) steps
      )
    );

  onDeployer =
    programOf:
    lib.mapAttrsToList (
      name: program: {
        place = "deployer";
        name = programOf name;
        value = {
          wrapper = "step";
          inherit (program) script packages;
        };
      }
    );
  hooksOf =
    plan: when: hooks:
    lib.concatLists (
      lib.mapAttrsToList (
        name: hook:
        map (node: {
          place = "node:${node}";
          name = "hook-${plan}.${when}.${name}";
          value = {
            wrapper = null;
            inherit (hook) script packages;
          };
        }) (selector.resolve resolved.context hook.on).nodes
      ) hooks
    );
  ofPlan =
    name: plan:
    ofSteps (id: "plan-${name}.${id}") plan.steps
    ++ onDeployer (prepare: "prepare-${name}.${prepare}") plan.prepare
    ++ onDeployer (end: "end-${name}.${end}") plan.hooks.onEnd
    ++ lib.concatLists (lib.mapAttrsToList (hooksOf name) (removeAttrs plan.hooks [ "onEnd" ]));

  ofRestart = program: {
    place = placeOf program.on;
    inherit (program) name;
    value = {
      wrapper = "step";
      limit = lib.optionalString (program.on != "deployer") (toString program.timeout);
      inherit (program) script packages;
    };
  };

  commands =
    ofSteps (id: "step-${id}") config.deploy.steps
    ++ map ofRestart resolved.restarts.programs
    ++ lib.concatLists (lib.mapAttrsToList ofPlan config.plans);

  placesOf =
    check: map (source: if source == "self" then "node:${check.subject}" else source) check.sources;

  programs =
    lib.concatMap (
      check:
      map (place: {
        inherit place;
        name = check.program;
        value = {
          inherit check;
          # From elsewhere the node is not localhost.
          isLocal = place == "node:${check.subject}";
        };
      }) (placesOf check)
    ) checks
    ++ commands;

  at = builtins.groupBy (program: program.place) programs;
  plain = map (program: removeAttrs program [ "place" ]);

  # The host that a probe connects to.
  hostOf =
    { check, isLocal }:
    let
      wanted = check.${check.kind}.host;
      node = config.nodes.${check.subject};
    in
    if wanted != null then
      wanted
    else if isLocal then
      "localhost"
    else
      builtins.head (node.addresses ++ [ node.target.host ]);

  isLocal = check: check.sources == [ "self" ];
  bracketed = host: if lib.hasInfix ":" host then "[${host}]" else host;
  urlOf =
    { check, isLocal }@probe:
    "${check.httpGet.scheme}://${bracketed (hostOf probe)}:${toString check.httpGet.port}${check.httpGet.path}";

  describe =
    check:
    let
      probe = {
        inherit check;
        isLocal = isLocal check;
      };
    in
    {
      unit = "${check.unit} is active";
      exec = "${check.name} succeeds";
      httpGet = "GET ${urlOf probe}";
      tcpSocket = "TCP ${bracketed (hostOf probe)}:${toString check.tcpSocket.port} accepts";
      booted = "the system has booted";
    }
    .${check.kind};
in
{
  inherit hostOf urlOf describe;

  # { <node> = [ { name; value; } ]; }, of nodes where something runs.
  onNodes = lib.mapAttrs' (
    place: list: lib.nameValuePair (lib.removePrefix "node:" place) (plain list)
  ) (removeAttrs at [ "deployer" ]);
  onDeployer = plain (at.deployer or [ ]);
}
