# Proxies that answer to names with TLS and pass requests on to services of other nodes, over a mesh where there is one.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  unencrypted =
    table:
    lib.concatMap (
      host:
      lib.concatMap (
        backend:
        map (
          path:
          "reverse-proxy.${table.name}: requests for ${host.name} go from ${path.proxy} to ${backend.node} unencrypted over the public network. "
          + "Make both members of a mesh, or give the backend the scheme https."
        ) (builtins.filter (path: path.isPublic && backend.scheme == "http") backend.paths)
      ) host.backends
    ) (builtins.attrValues table.hosts);
in
netlib.instances {
  name = "reverse-proxy";
  description = ''
    Reverse proxies by instance name. In an instance each proxy answers to all names of `hosts`.
  '';
  example = ''
    {
      public = {
        proxies.edge = { };
        hosts."shop.example.org".backends.alpha.port = 8080;
        acme = {
          acceptTerms = true;
          email = "admin@example.org";
        };
      };
    }
  '';

  options.imports = [
    (import ./options.nix {
      inherit netlib;
      inherit (config) exports;
    })
  ];
  table = import ./table.nix { inherit config lib netlib; };
  members =
    settings:
    builtins.attrNames settings.proxies
    ++ lib.concatMap (host: builtins.attrNames host.backends) (builtins.attrValues settings.hosts);

  instance =
    {
      id,
      settings,
      table,
      ...
    }:
    {
      warnings = unencrypted table;
      configure = lib.mkMerge [
        (import ./proxy-configuration.nix { inherit lib netlib; } table)
        (import ./backend-configuration.nix { inherit lib netlib; } table)
      ];
      checks = import ./checks.nix { inherit lib; } table;
      exports.connections = lib.mapAttrs' (
        host: about:
        lib.nameValuePair "${id}-${host}" {
          label = host;
          links = lib.concatMap (
            proxy:
            map (backend: {
              from = proxy;
              to = backend;
            }) (lib.remove proxy (builtins.attrNames about.backends))
          ) table.proxies;
        }
      ) settings.hosts;
    };

  together =
    { tables, ... }:
    let
      proxyOf = lib.concatMapAttrs (name: table: lib.genAttrs table.proxies (_: name)) tables;
      listening = instance: scheme: port: {
        description = "Reverse proxy, ${lib.toUpper scheme}";
        option = [
          "reverse-proxy"
          instance
        ];
        inherit port scheme;
      };
    in
    {
      assertions = import ./assertions.nix { inherit lib netlib; } {
        inherit tables options;
        inherit (config) exports;
      };
      # Once on a node, whatever the number of its instances.
      exports.services = lib.mapAttrs (_: instance: {
        reverse-proxy-http = listening instance "http" 80;
        reverse-proxy-https = listening instance "https" 443;
      }) proxyOf;
    };

  # Backends first: what is passed on to must be there.
  order =
    { table, ... }:
    {
      nodes = table.proxies;
      # Two that pass on to each other have no order.
      after = lib.subtractLists table.proxies table.backends;
    };
}
