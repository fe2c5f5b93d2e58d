# What stands around the restart of a node: it is drained before, and undrained afterwards, whatever became of it. Steps of the plan,
# the first of which looks on the node whether there will be a restart at all.
{ lib }:
nodes:
let
  inherit (lib) nameValuePair;

  asks = what: node: node.activation.${what} != null;
  around = lib.filterAttrs (_: node: asks "drain" node || asks "undrain" node) nodes;
  id = what: name: "${what}:${name}";
  program = what: name: "${what}-${name}";
  placeOf =
    name: what:
    let
      inherit (around.${name}.activation.${what}) on;
    in
    if on == null then name else on;

  whatOf =
    name:
    builtins.filter (what: asks what around.${name}) [
      "drain"
      "undrain"
    ];

  step =
    name: what: about:
    {
      kind = "command";
      node = name;
      restartOf = name;
      program = program what name;
      after = [ ];
    }
    // about;

  stepsOf =
    name:
    [
      (nameValuePair (id "due" name) (
        step name "due" {
          on = name;
          timeout = 60;
          facts.restart = "yes";
        }
      ))
    ]
    ++ map (
      what:
      nameValuePair (id what name) (
        step name what {
          on = placeOf name what;
          inherit (around.${name}.activation.${what}) timeout;
        }
      )
    ) (whatOf name);

  # The record of the first step tells whether the others have anything to do. A text in it cannot say the same: it has no bare quotes.
  guarded = name: what: ''
    NETLIB_NODE=${lib.escapeShellArg name}
    export NETLIB_NODE
    if [[ $(<"$NETLIB_CONTEXT") != *'"due:${name}":[{"fact":'* ]]; then
      printf '{"note":"no restart"}\n' >&3
      exit 0
    fi
    ${around.${name}.activation.${what}.command}
  '';

  due = name: ''
    node=${lib.escapeShellArg name} goal=${around.${name}.activation.goal}
    ${builtins.readFile ./programs/restart-due.sh}
  '';

  programsOf =
    name:
    [
      {
        on = name;
        name = program "due" name;
        timeout = 60;
        script = due name;
        packages = _: [ ];
      }
    ]
    ++ map (what: {
      on = placeOf name what;
      name = program what name;
      script = guarded name what;
      inherit (around.${name}.activation.${what}) timeout packages;
    }) (whatOf name);

  names = builtins.attrNames around;
in
{
  inherit id names;

  # Steps by id; what they wait for is set where the graph is put together.
  steps = builtins.listToAttrs (lib.concatMap stepsOf names);

  # Whether a node has one of them.
  has = name: what: around ? ${name} && asks what around.${name};

  # Each with the place where it runs.
  programs = lib.concatMap programsOf names;

  # Where the commands of some nodes run, besides on these nodes themselves.
  placesOf =
    selected:
    builtins.filter (place: place != "deployer") (
      lib.concatMap (name: map (placeOf name) (whatOf name)) (
        builtins.filter (name: around ? ${name}) selected
      )
    );
}
