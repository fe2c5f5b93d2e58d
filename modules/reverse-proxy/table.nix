# What an instance means as plain values: for each name its backends, each with how every proxy reaches it.
{
  netlib,
  lib,
  config,
}:
name: settings:
let
  inherit (netlib) ip;
  proxies = builtins.attrNames settings.proxies;

  # Addresses that a node has of its own, as far as they are no names.
  ownAddresses = node: builtins.filter ip.isAddress config.nodes.${node}.addresses;

  # How a proxy reaches a backend, and what the backend sees of it.
  pathOf =
    node: backend: proxy:
    let
      path = netlib.pathTo {
        from = proxy;
        to = node;
        option = [
          "reverse-proxy"
          name
        ];
      };
      isLocal = proxy == node;
      exported = config.exports.networks.${path.network}.members;
      isPublic = path.network == null;
      address =
        if backend.address != null then
          backend.address
        else if isLocal then
          "127.0.0.1"
        else
          path.address;
      # Packets to IPv6 come from IPv6; of a name nobody knows.
      mayComeFrom = source: !ip.isAddress address || ip.isIpv6 address == ip.isIpv6 source;
    in
    {
      inherit proxy isLocal address;
      isPublic = !isLocal && backend.address == null && isPublic;
      sources = builtins.filter mayComeFrom (
        lib.unique (
          settings.proxies.${proxy}.sourceAddresses
          ++ (if isPublic then ownAddresses proxy else exported.${proxy}.addresses)
        )
      );
      # Packets of a mesh come by its interface, whatever they say of their origin.
      interface = if isPublic || backend.address != null then null else exported.${node}.interface;
    };

  backendOf = node: backend: {
    inherit node;
    inherit (backend)
      port
      scheme
      service
      standby
      weight
      ;
    explicitAddress = backend.address;
    paths = map (pathOf node backend) proxies;
  };

  hostOf =
    host: hostSettings:
    hostSettings
    // {
      name = host;
      instance = name;
      backends = lib.mapAttrsToList backendOf hostSettings.backends;
      names = [ host ] ++ hostSettings.aliases;
      upstream = "netlib-${name}-${builtins.replaceStrings [ "*" ] [ "any" ] host}";
    };
in
{
  inherit name proxies;
  inherit (settings)
    acme
    exclusive
    rejectUnknown
    ;
  hosts = lib.mapAttrs hostOf settings.hosts;
  backends = lib.unique (
    lib.concatMap (host: builtins.attrNames host.backends) (builtins.attrValues settings.hosts)
  );
}
