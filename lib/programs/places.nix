# Where the programs of checks and commands run, and how checks are described to people.
{ lib }:
config:
let
  inherit (config) resolved;

  checks = lib.concatMap builtins.attrValues (builtins.attrValues resolved.checks);
  commands = lib.mapAttrsToList (id: step: step // { inherit id; }) (
    lib.filterAttrs (_: step: step.kind == "command") config.deploy.steps
  );

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
    ++ map (step: {
      place = if step.on == "deployer" then step.on else "node:${step.on}";
      name = "step-${step.id}";
      value = { inherit step; };
    }) commands;

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
