# The table of one cache: servers with their keys and who reaches them how, clients, uploaders. Keys are lazy: they may not be gathered.
{ lib, netlib }:
config: instance: settings:
let
  isThereBefore = import ../shared/there-before.nix { inherit lib netlib; };
  option = [
    "nix-cache"
    instance
  ];
  directory = "/var/lib/netlib/nix-cache/${instance}";
  facts = {
    cacheKey = "nix-cache-${instance}";
    uploadKey = "nix-cache-${instance}-upload-ssh";
    uploadSignature = "nix-cache-${instance}-upload-signing";
  };

  # Of the shape that its request says: a key for signatures has the name below.
  factOf =
    node: name:
    netlib.getFact {
      inherit node name;
      neededBy = builtins.head (settings.clients ++ builtins.attrNames settings.servers);
    };
  # Names of nodes and instances have no dots, so no two of these are equal.
  keyName = node: "${node}.${instance}.${config.network.name}-1";
  uploadKeyName = node: "${node}.${instance}.upload.${config.network.name}-1";

  joinHostPort =
    host: port:
    if netlib.ip.isIpv6 host then "[${host}]:${toString port}" else "${host}:${toString port}";

  pathsOf =
    server:
    map (
      client:
      netlib.pathTo {
        from = client;
        to = server;
        inherit option;
      }
    ) (clientsOf server);
  # Everybody who talks to a server over HTTP.
  clientsOf = server: lib.remove server settings.clients;

  # Where a way ends on the server: an interface of a network that both are in, or null for any.
  arrivesAt =
    server: path:
    if path.network == null then
      null
    else
      config.exports.networks.${path.network}.members.${server}.interface;

  serverOf = name: server: {
    inherit (server) port priority software;
    publicKey = factOf name facts.cacheKey;
    clients = clientsOf name;
    # The firewall opens on these only when all clients come through them.
    interfaces =
      let
        found = lib.unique (map (arrivesAt name) (pathsOf name));
      in
      if builtins.elem null found then null else found;
    urlFrom =
      client:
      "http://${
        joinHostPort (netlib.addressOf {
          from = client;
          to = name;
          inherit option;
        }) server.port
      }?priority=${toString server.priority}";
    hostKey = config.exports.publicKeys.ssh-host.${name};
    alias = "${name}.${instance}.cache";
    sshOptionsFrom =
      client:
      let
        inherit (config.ssh-host-keys.${name}) port;
      in
      [
        "HostName=${
          netlib.addressOf {
            from = client;
            to = name;
            inherit option;
          }
        }"
        "HostKeyAlias=${name}.${instance}.cache"
        # A build waits for the hook, so a server that is down must not hold it for long.
        "ConnectTimeout=5"
      ]
      ++ lib.optional (port != 22) "Port=${toString port}";
    storeUrl =
      "ssh-ng://${settings.user}@${name}.${instance}.cache?ssh-key=${directory}/upload-ssh-key"
      + "&base64-ssh-public-host-key=${lib.escapeURL (netlib.base64.encode "${config.exports.publicKeys.ssh-host.${name}}\n")}";
  };
  servers = lib.mapAttrs serverOf settings.servers;
in
{
  inherit instance facts servers;
  inherit (settings) user trustUploaders;
  # Its first client looks at a server before the others are activated.
  firstServers = builtins.filter (
    name:
    settings.serversFirst
    && lib.all (client: isThereBefore client name) (lib.take 1 servers.${name}.clients)
  ) (builtins.attrNames servers);
  clients = lib.genAttrs settings.clients (name: {
    servers = removeAttrs servers [ name ];
  });
  uploaders = lib.genAttrs settings.uploaders (name: {
    sshKey = factOf name facts.uploadKey;
    signature = factOf name facts.uploadSignature;
    servers = removeAttrs servers [ name ];
  });
  # Nodes of the instance that are no servers.
  others = lib.subtractLists (builtins.attrNames servers) (
    lib.unique (settings.clients ++ settings.uploaders)
  );

  cacheKeyFile = "${directory}/signing-key";
  uploadKeyFile = "${directory}/upload-ssh-key";
  uploadSignatureFile = "${directory}/upload-signing-key";
  inherit keyName uploadKeyName;
}
