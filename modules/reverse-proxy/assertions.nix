# What can be wrong within an instance and between instances, found before anything is evaluated for a node.
{ lib, netlib }:
{
  tables,
  options,
  exports,
}:
let
  inherit (netlib.errors) quote quoteList;

  fails = message: {
    assertion = false;
    inherit message;
  };
  failsIf = condition: message: lib.optional condition (fails message);

  # ", in `/home/me/flake.nix'" of those who define what is at one of these paths below `reverse-proxy`.
  atAll =
    paths:
    let
      files = lib.unique (lib.concatMap (netlib.errors.filesDefining options.reverse-proxy) paths);
    in
    lib.optionalString (files != [ ])
      ", in ${lib.concatMapStringsSep " and " (file: "`${file}`") files}";
  at = path: atAll [ path ];

  option = path: lib.showOption ([ "reverse-proxy" ] ++ path);

  isLoopback = address: lib.hasPrefix "127." address || address == "::1" || address == "localhost";

  ofBackend =
    table: host: backend:
    let
      path = [
        table.name
        "hosts"
        host.name
        "backends"
        backend.node
      ];
      services = exports.services.${backend.node} or { };
      isUnknown = backend.service != null && !(services ? ${backend.service});
      isUdp = backend.service != null && !isUnknown && services.${backend.service}.protocol != "tcp";
      isFar = builtins.any (entry: !entry.isLocal) backend.paths;
      withoutSource = map (entry: entry.proxy) (
        builtins.filter (entry: !entry.isLocal && entry.sources == [ ]) backend.paths
      );
    in
    failsIf isUnknown (
      "${option (path ++ [ "service" ])}: ${quote backend.node} exports no service ${quote backend.service}."
      + "${netlib.errors.meant backend.service (builtins.attrNames services)} "
      + "Its services are: ${quoteList (builtins.attrNames services)}${at path}."
    )
    ++ failsIf (backend.port == null && !isUnknown) (
      "${option path} has no port. Set port, or service to the name of one of its services: ${quoteList (builtins.attrNames services)}${at path}."
    )
    ++ failsIf isUdp (
      "${option (path ++ [ "service" ])}: ${quote backend.service} is a UDP service, which no HTTP proxy can pass on${at path}."
    )
    ++ lib.optionals (!isUnknown && isFar) (
      failsIf (backend.explicitAddress != null && isLoopback backend.explicitAddress) (
        "${option path}: the service listens on ${backend.explicitAddress} only, where no other node reaches it. "
        + "Let it listen on an address that ${quoteList table.proxies} can reach${at path}."
      )
      ++ failsIf (withoutSource != [ ]) (
        "${option path}: the firewall of ${quote backend.node} must know from which addresses ${quoteList withoutSource} will come, "
        + "but nodes.<proxy>.addresses has no IP address. Make both members of a mesh, or set ${
          option [
            table.name
            "proxies"
            (builtins.head withoutSource)
            "sourceAddresses"
          ]
        }${at path}."
      )
    );

  # By port, however the backend names it.
  asksNobody =
    backend:
    builtins.any (service: service.needsLogin && service.port == backend.port) (
      builtins.attrValues exports.services.${backend.node} or { }
    );

  ofHost =
    table: host:
    let
      path = [
        table.name
        "hosts"
        host.name
      ];
      schemes = lib.unique (map (backend: backend.scheme) host.backends);
      isWildcard = builtins.any (lib.hasPrefix "*.") host.names;
      repeated = builtins.filter (name: lib.count (other: other == name) host.names > 1) (
        lib.unique host.names
      );
    in
    failsIf (host.backends == [ ]) (
      "${option path} has no backend. Set ${option (path ++ [ "backends" ])}${at path}."
    )
    ++ failsIf (host.backends != [ ] && builtins.all (backend: backend.standby) host.backends) (
      "${option path}: all backends are on standby. Let one of them answer${at path}."
    )
    ++ failsIf (host.basicAuthFile == null && builtins.any asksNobody host.backends) (
      "${option path} would publish a service of ${
        quoteList (map (backend: backend.node) (builtins.filter asksNobody host.backends))
      } that asks nobody for a login. Set ${option (path ++ [ "basicAuthFile" ])}${at path}."
    )
    ++ failsIf (builtins.length schemes > 1) (
      "${option path}: some backends speak http, others https. Give all the same scheme${at path}."
    )
    ++ failsIf (repeated != [ ]) (
      "${option (path ++ [ "aliases" ])} repeats ${quoteList repeated}. Take it out${at path}."
    )
    ++ failsIf (host.tls == "files" && (host.certificate == null || host.certificateKey == null)) (
      "${option path}: tls = \"files\" needs certificate and certificateKey. Set both${at path}."
    )
    ++ failsIf (host.tls == "acme" && isWildcard && table.acme.dnsProvider == null) (
      "${option path}: a certificate for a wildcard needs ${
        option [
          table.name
          "acme"
          "dnsProvider"
        ]
      }. Set it, or tls = \"files\"${at path}."
    )
    ++ lib.concatMap (ofBackend table host) host.backends;

  isName = name: builtins.match "[a-zA-Z0-9][a-zA-Z0-9_-]{0,39}" name != null;

  ofInstance =
    table:
    let
      path = [ table.name ];
      acme = option (path ++ [ "acme" ]);
      hosts = builtins.attrValues table.hosts;
      usesAcme = builtins.any (host: host.tls == "acme") hosts;
    in
    failsIf (!isName table.name) (
      "${option path}: the name of an instance has at most 40 letters, digits, _ and -, starting with a letter or digit. Rename it${at path}."
    )
    ++ failsIf (hosts != [ ] && table.proxies == [ ]) (
      "${option path} has no proxy. Set ${option (path ++ [ "proxies" ])}${at path}."
    )
    ++ failsIf (usesAcme && (!table.acme.acceptTerms || table.acme.email == null)) (
      "${acme}: to get certificates, set email, and acceptTerms when you accept the terms of the authority. "
      + "Otherwise set tls of the hosts to \"files\" or \"none\"${at path}."
    )
    ++ failsIf (usesAcme && builtins.length table.proxies > 1 && table.acme.dnsProvider == null) (
      "${acme}.dnsProvider: with several proxies (${quoteList table.proxies}) the authority may ask one of them for what another was told. "
      + "Set it, so that the names are proven in the DNS${at path}."
    )
    ++ lib.concatMap (ofHost table) hosts;

  # Every name of every instance, with who answers to it.
  claims = lib.concatMap (
    table:
    lib.concatMap (
      host:
      map (name: {
        inherit name;
        inherit (table) proxies;
        path = [
          table.name
          "hosts"
          host.name
        ];
      }) (lib.unique host.names)
    ) (builtins.attrValues table.hosts)
  ) (builtins.attrValues tables);

  pairs =
    list:
    lib.concatLists (lib.imap0 (index: a: map (b: { inherit a b; }) (lib.drop (index + 1) list)) list);

  duplicates = lib.concatLists (
    lib.mapAttrsToList (
      name: entries:
      lib.concatMap (
        { a, b }:
        let
          proxies = lib.intersectLists a.proxies b.proxies;
        in
        failsIf (proxies != [ ]) (
          "the name ${quote name} is both ${option a.path}'s and ${option b.path}'s on ${quoteList proxies}. "
          + "Take it out of one of them${
            atAll [
              a.path
              b.path
            ]
          }."
        )
      ) (pairs entries)
    ) (lib.groupBy (claim: claim.name) claims)
  );
in
lib.concatMap ofInstance (builtins.attrValues tables) ++ duplicates
