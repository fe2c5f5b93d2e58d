# Reverse proxies: a node terminates TLS and routes names to services on other nodes, by the best way to each.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  inherit (config) nodes;
  reach = import ../shared/reach.nix { inherit lib netlib config; };
  tables = lib.mapAttrs (import ./table.nix { inherit lib config; }) config.reverse-proxy;
  merged = f: lib.mkMerge (lib.mapAttrsToList f tables);

  checkOf = name: site: {
    description = "${name} answers";
    exec = {
      packages = pkgs: [ pkgs.curl ];
      script = ''
        ${lib.toShellVars {
          site = name;
          path = site.checkPath;
          upstream = "port ${toString site.port} of ${site.node}";
        }}
        ${builtins.readFile ./scripts/check.sh}
      '';
    };
    timeout = 15;
  };

  checksOf = _: table: {
    ${table.node} = lib.mapAttrs' (
      name: site: lib.nameValuePair "reverse-proxy-${name}" (checkOf name site)
    ) table.sites;
  };

  # What is behind the proxy comes first, or its check could never succeed.
  orderOf = instance: table: {
    "reverse-proxy-${instance}" = {
      first = lib.unique (
        builtins.filter (node: nodes ? ${node} && node != table.node) (
          lib.mapAttrsToList (_: site: site.node) table.sites
        )
      );
      next = [ table.node ];
    };
  };

  servicesOf = instance: table: {
    ${table.node} =
      lib.mapAttrs
        (scheme: port: {
          description = "Reverse proxy ${instance}";
          option = [
            "reverse-proxy"
            instance
          ];
          inherit port scheme;
        })
        {
          http = 80;
          https = 443;
        };
  };
in
{
  options.reverse-proxy = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule (import ./options.nix { inherit netlib; }));
    default = { };
    description = "Nodes that terminate TLS for services on other nodes, by instance name.";
    example = lib.literalExpression ''
      {
        public = {
          node = "gate";
          email = "admin@example.org";
          sites."git.example.org" = {
            node = "forge";
            port = 3000;
          };
        };
      }
    '';
  };

  config = {
    assertions = import ./assertions.nix { inherit lib netlib nodes; } {
      inherit tables reach;
      fileOf = netlib.errors.definedIn options.reverse-proxy;
    };

    configure = merged (
      _:
      import ./configure.nix {
        inherit
          lib
          netlib
          nodes
          reach
          ;
      }
    );
    checks = merged checksOf;
    deploy.order = merged orderOf;
    exports.services = merged servicesOf;
  };
}
