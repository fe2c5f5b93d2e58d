# The picture of a network as plain data: who is there, in which networks, and who talks to whom. Forces no fact.
{ lib }:
config:
let
  inherit (lib) mapAttrs;
in
{
  version = 1;
  network = { inherit (config.network) name id; };

  nodes = mapAttrs (name: node: {
    inherit (node) addresses tags;
    roles = config.resolved.rolesOf.${name};
  }) config.nodes;

  externals = mapAttrs (_: external: {
    inherit (external) addresses description;
  }) config.externals;

  networks = mapAttrs (_: network: {
    inherit (network)
      description
      label
      preference
      relays
      subnets
      ;
    members = mapAttrs (_: member: {
      inherit (member) addresses allowedIPs interface;
    }) network.members;
    links =
      if network.links == null then
        null
      else
        map (link: {
          inherit (link) from to;
          via = link.via or null;
        }) network.links;
  }) config.exports.networks;

  connections = mapAttrs (_: connection: {
    inherit (connection) label;
    links = map (link: { inherit (link) from to; }) connection.links;
  }) config.exports.connections;

  services = mapAttrs (
    _:
    mapAttrs (
      _: service: {
        inherit (service)
          address
          clients
          description
          path
          port
          protocol
          scheme
          ;
      }
    )
  ) config.exports.services;
}
