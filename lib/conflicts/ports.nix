# Two services on one port of one node.
{
  lib,
  ip,
  config,
  errors,
  sources,
  ...
}:
let
  # Services on all addresses clash with those on one.
  isWildcard =
    address:
    address == null
    || builtins.elem (ip.format (ip.parse address)) [
      "0.0.0.0"
      "::"
    ];
  clash =
    a: b:
    isWildcard a.service.address
    || isWildcard b.service.address
    || ip.parse a.service.address == ip.parse b.service.address;

  pairs =
    entries:
    lib.concatLists (
      lib.imap0 (index: a: map (b: { inherit a b; }) (lib.drop (index + 1) entries)) entries
    );

  ofNode =
    node: services:
    let
      entries = lib.mapAttrsToList (name: service: { inherit name service; }) services;
      byPort = lib.groupBy (
        entry: "${lib.toUpper entry.service.protocol} port ${toString entry.service.port}"
      ) entries;
    in
    lib.concatLists (
      lib.mapAttrsToList (
        port: group:
        map (
          { a, b }:
          "two services listen on ${port} of the node ${errors.quote node}: ${a.name} from ${
            sources.service node a.name a.service
          } and ${b.name} from ${sources.service node b.name b.service}. "
          + "Give one of them another port."
        ) (builtins.filter ({ a, b }: clash a b) (pairs group))
      ) byPort
    );
in
# What externals do is not netlib's to say.
lib.concatLists (
  lib.mapAttrsToList ofNode (builtins.intersectAttrs config.nodes config.exports.services)
)
