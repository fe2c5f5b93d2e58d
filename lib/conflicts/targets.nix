# Two nodes on one machine, as far as their targets tell: each deploy would put one system over the other.
{
  lib,
  config,
  errors,
  sources,
  ...
}:
let
  # Whether two host names are one machine only the machines know; `local` is whichever machine deploys.
  remote = lib.filterAttrs (_: node: !node.target.local) config.nodes;
  reachedBy = name: {
    inherit (remote.${name}.target) host port sshOptions;
  };
  # What is no host at all is refused elsewhere, with more to say about it.
  isSound = name: (builtins.tryEval (builtins.deepSeq (reachedBy name) true)).success;
  groups = builtins.attrValues (
    lib.groupBy (name: builtins.toJSON (reachedBy name)) (
      builtins.filter isSound (builtins.attrNames remote)
    )
  );

  show =
    { host, port, ... }:
    errors.quote host + lib.optionalString (port != null) ", port ${toString port}";

  option =
    name:
    sources.describe [
      "nodes"
      name
      "target"
    ];
in
map (
  names:
  "the nodes ${errors.quoteList names} have one target, ${show (reachedBy (builtins.head names))}: each would replace the system of the other. "
  + "Correct the host of ${lib.concatMapStringsSep " or " option names}."
) (builtins.filter (names: builtins.length names > 1) groups)
