# The plan: what the driver needs to know, as plain data. Forces no NixOS evaluation and no fact.
{ lib }:
config:
let
  renderNode = name: node: {
    target = {
      inherit (node.target)
        host
        user
        port
        sshOptions
        local
        ;
    };
    inherit (node) system tags;
    activation = {
      inherit (node.activation)
        goal
        timeout
        confirmTimeout
        reboot
        rebootTimeout
        ;
    };
    facts = lib.mapAttrs (_: request: { inherit (request) description; }) (
      config.gather.${name} or { }
    );
  };

  # Sorted and without repetition: the plan does not depend on the order of definitions.
  sortedUnique = ids: builtins.attrNames (lib.genAttrs ids (_: null));

  renderStep = _: step: {
    inherit (step) kind node;
    after = sortedUnique step.after;
  };
in
{
  version = 1;
  network = { inherit (config.network) name id; };
  inherit (config) warnings;
  nodes = lib.mapAttrs renderNode config.nodes;
  steps = lib.mapAttrs renderStep config.deploy.steps;
}
