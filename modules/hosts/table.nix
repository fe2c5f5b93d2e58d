# Who has which names, as seen from one node, as plain values: { address; name; } of everybody.
{
  config,
  lib,
  netlib,
}:
instance: settings:
let
  inherit (netlib) ip;

  everybody = builtins.attrNames config.nodes ++ builtins.attrNames config.externals;
  isWanted = network: settings.networks == null || builtins.elem network settings.networks;

  addressesIn = path: builtins.filter ip.isAddress path.addresses;

  # To itself a node has only addresses in networks.
  ownPaths =
    node:
    lib.mapAttrsToList (network: settings: {
      inherit network;
      inherit (settings.members.${node}) addresses;
    }) (lib.filterAttrs (_: network: network.members ? ${node}) config.exports.networks);

  pathsOf =
    from: to:
    builtins.filter (path: path.network == null || isWanted path.network) (
      if from == to then ownPaths from else netlib.pathsTo { inherit from to; }
    );

  entriesOf =
    from: to:
    let
      paths = builtins.filter (path: addressesIn path != [ ]) (pathsOf from to);
      entries =
        name: path:
        map (address: {
          inherit name;
          # One text for each address, however it was written.
          address = ip.format (ip.parse address);
        }) (addressesIn path);
      inNetworks = builtins.filter (path: path.network != null) paths;
    in
    # A node's own bare name is its host name, which NixOS puts there itself.
    lib.optionals (paths != [ ] && from != to) (entries to (builtins.head paths))
    ++ lib.concatMap (
      path: entries "${to}.${config.exports.networks.${path.network}.label}" path
    ) inNetworks;

  seenFrom = node: lib.concatMap (entriesOf node) everybody;

  # The domain's name comes first, as the canonical one.
  hostsOf =
    node:
    lib.mapAttrs (
      _:
      lib.concatMap (
        entry: lib.optional (settings.domain != null) "${entry.name}.${settings.domain}" ++ [ entry.name ]
      )
    ) (lib.groupBy (entry: entry.address) (seenFrom node));

  serverOf =
    node:
    let
      paths = builtins.filter (path: path.addresses != [ ]) (pathsOf node node);
      own = lib.optionals (paths != [ ]) (
        map (address: {
          name = node;
          inherit address;
        }) (builtins.head paths).addresses
      );
    in
    {
      inherit node;
      records = own ++ seenFrom node;
      addresses = lib.concatMap (path: path.addresses) paths;
      interfaces = lib.unique (
        lib.concatMap (
          path:
          lib.filter (name: name != null) [
            config.exports.networks.${path.network}.members.${node}.interface
          ]
        ) paths
      );
    };
in
{
  inherit instance;
  inherit (settings) domain networks;
  inherit (settings.dns) ttl;
  # All names of a node or external that end in the domain.
  domainNamesOf =
    name:
    lib.optionals (settings.domain != null) (
      map (label: "${label}.${settings.domain}") (
        [ name ]
        ++ map (network: "${name}.${network.label}") (
          builtins.attrValues (
            lib.filterAttrs (id: network: isWanted id && network.members ? ${name}) config.exports.networks
          )
        )
      )
    );
  unknownNetworks = builtins.filter (name: !(config.exports.networks ? ${name})) (
    if settings.networks == null then [ ] else settings.networks
  );
  knownNetworks = builtins.attrNames config.exports.networks;
  nodes = lib.genAttrs settings.nodes hostsOf;
  servers = lib.genAttrs settings.dns.nodes serverOf;
}
