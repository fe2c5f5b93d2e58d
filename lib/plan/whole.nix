# The whole plan, schema version 1: everything that could be deployed, with an edge for each pair of an order.
{ lib }:
config:
let
  inherit (config) resolved;
  record = import ./json.nix { inherit lib; } config;
in
{
  version = 1;
  inherit (record) network;
  inherit (config) warnings;
  nodes = lib.mapAttrs record.node config.nodes;
  roles = lib.mapAttrs (name: role: {
    inherit (role) nodes;
    extends = builtins.attrNames (lib.genAttrs config.roles.${name}.extends (_: null));
  }) resolved.roles;
  modules = resolved.instances;
  rollouts = lib.mapAttrs record.rollout resolved.rollouts;
  deployerPrograms = record.programs.onDeployer != [ ];
  steps = lib.mapAttrs record.step resolved.steps;
}
