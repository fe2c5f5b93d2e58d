# Who may log in where, and which key each host shows, as plain values. Keys of hosts are lazy: they may not be gathered yet.
{ lib, netlib }:
config:
let
  settings = config.ssh-access;
  inherit (settings) authorities;

  present = lib.filterAttrs (_: user: !user.left) settings.users;
  groupsOf =
    person:
    builtins.filter (group: builtins.elem person group.members) (builtins.attrValues settings.groups);

  # { node; login; person; } for each right to log in; the same right may come from several places.
  grantsOf =
    person: user:
    lib.concatMap (
      source:
      lib.concatLists (
        lib.mapAttrsToList (
          login:
          map (node: {
            inherit node login person;
          })
        ) source.access
      )
    ) ([ user ] ++ groupsOf person);
  grants = lib.concatLists (lib.mapAttrsToList grantsOf present);

  # For the other nodes, and for people, who may come by another one.
  portOf = node: config.ssh-host-keys.${node}.port;
  portsOf =
    node:
    let
      inherit (config.nodes.${node}.target) port;
    in
    lib.unique (lib.optional (port != null) port ++ [ (portOf node) ]);

  networksOf = node: lib.filterAttrs (_: network: network.members ? ${node}) config.exports.networks;

  # Every name under which somebody may connect to the node, each once.
  namesOf =
    node:
    lib.unique (
      [
        node
        config.nodes.${node}.target.host
      ]
      ++ config.nodes.${node}.addresses
      ++ lib.concatLists (
        lib.mapAttrsToList (
          _: network: network.members.${node}.addresses ++ [ "${node}.${network.label}" ]
        ) (networksOf node)
      )
      ++ config.exports.names.${node} or [ ]
      ++ settings.names.${node} or [ ]
    );

  # As known_hosts has them: another port than 22 is part of the name.
  patternsOf =
    node:
    namesOf node
    ++ lib.concatMap (port: map (name: "[${name}]:${toString port}") (namesOf node)) (
      lib.remove 22 (portsOf node)
    );

  hosts = lib.genAttrs settings.hosts (node: {
    names = namesOf node;
    patterns = patternsOf node;
    port = portOf node;
    keyFile = config.ssh-host-keys.${node}.file;
    isGathered = config.nodes.${node}.facts ? ssh-host-key;
    publicKey = config.exports.publicKeys.ssh-host.${node};
  });

  authorityKeys = authorities.hosts.publicKeys;

  # A certificate makes a host known to all; without an authority its key must be, so that a missing fact is an error.
  hostsByKey =
    if authorityKeys == [ ] then hosts else lib.filterAttrs (_: host: host.isGathered) hosts;
  textOf =
    byKey:
    lib.concatStrings (
      lib.concatMap (key: lib.mapAttrsToList (_: host: authorityLine key host) hosts) authorityKeys
      ++ lib.mapAttrsToList (_: hostLine) byKey
    );
  joined = lib.concatStringsSep ",";
  authorityLine =
    key: host:
    line [
      "@cert-authority"
      (joined host.patterns)
      (netlib.ssh.bareKey key)
    ];
  hostLine =
    host:
    line [
      (joined host.patterns)
      host.publicKey
    ];
  line = words: "${lib.concatStringsSep " " words}\n";
in
{
  inherit
    authorities
    hosts
    present
    grants
    ;
  inherit (settings) certificates;

  # <node>.<login> = [ person ], sorted.
  logins = lib.mapAttrs (
    _: grants:
    lib.mapAttrs (_: grants: lib.unique (lib.naturalSort (map (grant: grant.person) grants))) (
      lib.groupBy (grant: grant.login) grants
    )
  ) (lib.groupBy (grant: grant.node) grants);

  revoked = lib.unique (
    map netlib.ssh.bareKey (
      lib.concatMap (user: user.revokedKeys ++ lib.optionals user.left user.keys) (
        builtins.attrValues settings.users
      )
    )
  );

  # What programs.ssh.knownHosts gets, under names that a user's own entries do not have.
  knownHosts =
    lib.mapAttrs' (
      name: host:
      lib.nameValuePair "netlib-host-${name}" {
        hostNames = host.patterns;
        inherit (host) publicKey;
      }
    ) hostsByKey
    // lib.listToAttrs (
      lib.imap1 (
        index: publicKey:
        lib.nameValuePair "netlib-authority-${toString index}" {
          certAuthority = true;
          hostNames = lib.concatMap (host: host.patterns) (builtins.attrValues hosts);
          inherit publicKey;
        }
      ) authorityKeys
    );

  # The same as the text of a known_hosts file.
  knownHostsText = textOf hostsByKey;
  # What is known by now: for who must not be stopped by a fact that somebody has not gathered.
  gatheredHostsText = textOf (lib.filterAttrs (_: host: host.isGathered) hosts);
}
