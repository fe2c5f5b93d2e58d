# What can be wrong with monitoring, found before anything is evaluated for a node.
{ lib, netlib }:
{
  instances,
  reach,
  # Instance name to ", in `file'".
  fileOf,
}:
let
  inherit (netlib.errors) quote quoteList;

  optionOf = name: "monitoring.${lib.strings.escapeNixIdentifier name}";
  failsIf =
    condition: message:
    lib.optional condition {
      assertion = false;
      inherit message;
    };

  ofInstance =
    name: settings:
    let
      pairs = lib.concatMap (
        target:
        map (from: {
          inherit from;
          to = target;
          option = [
            "monitoring"
            name
          ];
        }) settings.servers
      ) settings.targets;
    in
    failsIf (builtins.match "[a-zA-Z0-9][a-zA-Z0-9_-]*" name == null) (
      "${optionOf name}: the name of an instance is made of letters, digits, _ and -. Rename it${fileOf name}."
    )
    ++ failsIf (settings.servers == [ ]) (
      "${optionOf name}.servers is empty. Set it to the nodes on which Prometheus shall run${fileOf name}."
    )
    ++ map (
      { from, to, ... }:
      {
        assertion = false;
        message =
          "${optionOf name}: ${quote to} cannot let only ${quote from} in, because nobody knows from which address that one comes. "
          + "Make both members of a network such as a wireguard-mesh, or put an IP address into nodes.${from}.addresses${fileOf name}.";
      }
    ) (reach.unknownSources pairs);

  # One Prometheus and one exporter a node.
  instancesOf =
    select:
    lib.zipAttrs (
      lib.mapAttrsToList (name: settings: lib.genAttrs (select settings) (_: name)) instances
    );
  portsOf = names: lib.unique (map (name: instances.${name}.exporterPort) names);
in
lib.concatLists (lib.mapAttrsToList ofInstance instances)
++ lib.concatLists (
  lib.mapAttrsToList (
    node: names:
    failsIf (builtins.length names > 1) (
      "the node ${quote node} is a server of ${quoteList (map optionOf names)}, but runs one Prometheus. Keep it in one of them${lib.concatMapStrings fileOf names}."
    )
  ) (instancesOf (settings: settings.servers))
)
++ lib.concatLists (
  lib.mapAttrsToList (
    node: names:
    failsIf (builtins.length (portsOf names) > 1) (
      "${
        lib.concatMapStringsSep " and " optionOf names
      } want the node exporter of ${quote node} on the ports ${
        lib.concatMapStringsSep " and " toString (portsOf names)
      }. Set one exporterPort${lib.concatMapStrings fileOf names}."
    )
  ) (instancesOf (settings: settings.targets))
)
