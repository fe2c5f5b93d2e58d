# `netlib run forget NODE`: takes a machine out of the network, itself and out of what the others keep of it.
{ lib }:
{
  # All of the network.
  nodes,
  # What programs of the deployer begin with, and their packages.
  common,
  deployer,
  # Whether there are secrets that were encrypted for it.
  hasSecrets,
}:
let
  each = make: lib.mapAttrs' (node: _: lib.nameValuePair "forget-${node}" (make node)) nodes;
in
{
  description = "Take a machine out: its identity, repository, keys, roots and secrets, and what the others keep of it";
  arguments.node = {
    position = 1;
    description = "The node, or the name that it had when it was in the network";
  };
  requests = [ { deploy = false; } ];

  prepare.forget = {
    packages = deployer;
    script = ''
      ${common}
      ${builtins.readFile ./forget-prepare.sh}
    '';
  };

  steps = each (node: {
    kind = "command";
    on = node;
    packages = pkgs: [
      pkgs.findutils
      pkgs.git
      pkgs.util-linux
    ];
    timeout = 120;
    command = ''
      node=${node}
      ${builtins.readFile ./forget-node.sh}
    '';
  });

  hooks.onEnd.forget = {
    packages = deployer;
    script = ''
      has_secrets=${lib.optionalString hasSecrets "yes"}
      ${common}
      ${builtins.readFile ./forget-end.sh}
    '';
  };
}
