# What can be wrong within one VPN: clients without a server, servers that cannot be reached or cannot do what a client wants.
{ lib, netlib }:
{
  option,
  optionOf,
  table,
}:
let
  inherit (netlib.errors) quote quoteList;

  both = builtins.attrNames (builtins.intersectAttrs table.servers table.clients);

  ofServer = name: server: {
    assertion = server.endpoint != null;
    message = "${optionOf name}: clients have nowhere to reach this server. Set nodes.${name}.addresses or ${optionOf name}.endpoint.";
  };

  ofClient =
    name: client:
    let
      isServed = client.server != null && table.servers ? ${client.server};
      server = if client.server == null then "null" else quote client.server;
    in
    [
      {
        assertion = isServed;
        message = "${optionOf name}.server: ${server} is no server of this VPN. Servers are: ${quoteList (builtins.attrNames table.servers)}.";
      }
      {
        assertion =
          client.tunnel == "split" || !isServed || table.servers.${client.server}.internetGateway != null;
        message =
          "${optionOf name}: everything goes through the tunnel, but its server ${server} does not lead to the Internet. "
          + "Set ${option}.servers.${client.server}.internetGateway.externalInterface, or ${optionOf name}.server to one that has it.";
      }
    ];
in
[
  {
    assertion = both == [ ];
    message = "${option}: ${quoteList both} cannot be server and client at once. Remove them from ${option}.clients.";
  }
  {
    assertion = table.servers != { } || table.clients == { };
    message = "${option} has clients but no server. Set ${option}.servers.<node>.";
  }
]
++ lib.mapAttrsToList ofServer table.servers
++ lib.optionals (table.servers != { }) (
  lib.concatLists (lib.mapAttrsToList ofClient table.clients)
)
