# Who is whose peer in a VPN, and for which addresses: a client has its server, a server its clients and the other servers.
{ lib }:
table:
let
  inherit (table) servers clients members;

  hostRoutes = lib.mapAttrs (_: member: map (address: address.hostRoute) member.addresses) members;

  clientsOf = lib.groupBy (name: clients.${name}.server) (builtins.attrNames clients);
  ownClients = server: clientsOf.${server} or [ ];

  # What is behind a server, for other servers.
  behind =
    server: lib.concatMap (name: hostRoutes.${name}) (ownClients server) ++ servers.${server}.networks;

  # Everything that is not here goes elsewhere: IPv6 too when the VPN has none, for nothing is to go around it.
  everything = [
    "0.0.0.0/0"
    "::/0"
  ];
  throughVpn =
    table.subnetTexts ++ lib.concatMap (server: server.networks) (builtins.attrValues servers);

  toClient = name: {
    inherit name;
    endpoint = null;
    keepalive = null;
    allowedIPs = hostRoutes.${name};
  };
  toServer = name: {
    inherit name;
    inherit (servers.${name}) endpoint;
    keepalive = null;
    allowedIPs = hostRoutes.${name} ++ behind name;
  };
  fromClient =
    {
      server,
      tunnel,
      keepalive,
      ...
    }:
    {
      name = server;
      inherit (servers.${server}) endpoint;
      inherit keepalive;
      allowedIPs = if tunnel == "full" then everything else throughVpn;
    };

  serverNames = builtins.attrNames servers;
in
{
  # The peers of a member, by name.
  peersOf =
    self:
    if servers ? ${self} then
      map toClient (ownClients self)
      ++ map toServer (builtins.filter (name: name != self) (builtins.attrNames servers))
    else
      [ (fromClient clients.${self}) ];

  # The tunnels; servers pass on what is between their ends.
  links =
    lib.mapAttrsToList (from: client: {
      inherit from;
      to = client.server;
    }) (lib.filterAttrs (_: client: client.server != null) clients)
    ++ lib.concatLists (
      lib.imap0 (
        index: from: map (to: { inherit from to; }) (lib.drop (index + 1) serverNames)
      ) serverNames
    );
  relays = serverNames;
}
