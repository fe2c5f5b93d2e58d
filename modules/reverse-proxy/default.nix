# Proxies that answer to names with TLS and pass requests on to services of other nodes, over a mesh where there is one.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  tables = lib.mapAttrs (import ./table.nix { inherit config lib netlib; }) config.reverse-proxy;
  each = f: lib.mkMerge (map f (builtins.attrValues tables));

  # Of all instances: one node may be a proxy of several.
  proxies = lib.unique (lib.concatMap (table: table.proxies) (builtins.attrValues tables));

  listening = proxy: {
    option = [
      "reverse-proxy"
      (lib.findFirst (name: builtins.elem proxy tables.${name}.proxies) null (builtins.attrNames tables))
    ];
  };

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
{
  options.reverse-proxy = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule (
        import ./options.nix {
          inherit netlib;
          inherit (config) exports;
        }
      )
    );
    default = { };
    description = ''
      Reverse proxies by instance name. In an instance each proxy answers to all names of `hosts`.
    '';
    example = lib.literalExpression ''
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
  };

  config = {
    assertions = import ./assertions.nix { inherit lib netlib; } {
      inherit tables options;
      inherit (config) exports;
    };

    warnings = lib.concatMap unencrypted (builtins.attrValues tables);

    configure = lib.mkMerge [
      (each (import ./proxy-configuration.nix { inherit lib netlib; }))
      (each (import ./backend-configuration.nix { inherit lib netlib; }))
    ];

    checks = each (import ./checks.nix { inherit lib; });

    exports.members.reverse-proxy = lib.mapAttrs (
      _: settings:
      builtins.attrNames settings.proxies
      ++ lib.concatMap (host: builtins.attrNames host.backends) (builtins.attrValues settings.hosts)
    ) config.reverse-proxy;

    exports.services = lib.genAttrs proxies (proxy: {
      reverse-proxy-http = listening proxy // {
        description = "Reverse proxy, HTTP";
        port = 80;
        scheme = "http";
      };
      reverse-proxy-https = listening proxy // {
        description = "Reverse proxy, HTTPS";
        port = 443;
        scheme = "https";
      };
    });

    # Backends first, except where a backend is a proxy too: two that pass on to each other have no order.
    deploy.order =
      lib.mapAttrs'
        (
          name: table:
          lib.nameValuePair "reverse-proxy-${name}" {
            nodes = table.proxies;
            after = lib.subtractLists proxies table.backends;
            yields = true;
          }
        )
        (
          lib.filterAttrs (
            _: table: lib.subtractLists proxies table.backends != [ ] && table.proxies != [ ]
          ) tables
        );
  };
}
