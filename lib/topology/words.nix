# What every picture of a network says in the same words.
{ lib }:
data:
let
  inherit (lib) mapAttrsToList optionalString;

  # Every service with its machine's and its own name, and a title such as `web https 443/tcp`.
  services = lib.concatLists (
    mapAttrsToList (
      machine:
      mapAttrsToList (
        name: service:
        service
        // {
          inherit machine name;
          title = "${name}${
            optionalString (service.scheme != null) " ${service.scheme}"
          } ${toString service.port}/${service.protocol}";
        }
      )
    ) data.services
  );
in
{
  # All machines, nodes first.
  machines =
    mapAttrsToList (
      name: machine:
      machine
      // {
        inherit name;
        isExternal = false;
      }
    ) data.nodes
    ++ mapAttrsToList (
      name: machine:
      machine
      // {
        inherit name;
        isExternal = true;
      }
    ) data.externals;

  # `wg0 10.10.0.0/24`
  titleOf = network: lib.concatStringsSep " " ([ network.label ] ++ network.subnets);

  inherit services;

  # Who uses whom, as services and connections say it: { from; to; labels; }
  edges =
    lib.concatMap (
      service:
      map (client: {
        from = client;
        to = service.machine;
        labels = [ service.name ];
      }) (builtins.filter (client: client != service.machine) service.clients)
    ) services
    ++ lib.concatMap (
      connection: map (link: link // { labels = [ connection.label ]; }) connection.links
    ) (builtins.attrValues data.connections);

  linksOf = network: if network.links == null then [ ] else network.links;
}
