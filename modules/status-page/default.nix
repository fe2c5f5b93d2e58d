# A page that shows which machines are online, what they run and how they are: nodes say it, signed, and servers show it.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;
  settings = config.status-page;
  table = import ./table.nix { inherit lib netlib; } config;
  reach = import ../shared/reach.nix { inherit lib netlib config; };
  inherit (import ../shared/firewall.nix { inherit lib netlib; }) accept;
  programs = import ../../lib/programs { inherit lib; } config;

  isShown = lib.genAttrs settings.nodes (_: true);
  ownCertificate = if settings.certificate == null then "/var/lib/netlib-status-page-tls" else null;
  fact = "status-page-key";

  # Networks whose members come to a server.
  networksOf =
    server:
    lib.filterAttrs (name: _: settings.networks == null || builtins.elem name settings.networks) (
      table.networksOf server
    );

  # Nodes whose way to a server leads through none of these come from their public addresses.
  sourcesOf =
    server:
    lib.concatMap (
      node:
      reach.sourcesOf {
        from = node;
        to = server;
        option = [ "status-page" ];
      }
    ) (if settings.deliverTo == [ ] then lib.remove server settings.nodes else [ ]);
  visitorsOf =
    server:
    lib.concatLists (
      lib.mapAttrsToList (
        _: network:
        map
          (source: {
            inherit source;
            inherit (settings) port;
            inherit (network.members.${server}) interface;
          })
          (
            if network.subnets != [ ] then
              network.subnets
            else
              lib.concatMap (member: member.addresses) (builtins.attrValues network.members)
          )
      ) (networksOf server)
    );
  rulesOf =
    server:
    lib.optionals (!settings.public) (
      visitorsOf server
      ++ map (source: {
        inherit source;
        inherit (settings) port;
        interface = null;
      }) (lib.subtractLists (map (rule: rule.source) (visitorsOf server)) (sourcesOf server))
    );
  # The server's own addresses as well: it delivers to itself.
  allowedOf =
    server: if settings.public then null else lib.unique (map (rule: rule.source) (rulesOf server));

  # Monitoring of netlib's own, where the network imports it.
  monitorings = builtins.attrValues (lib.optionalAttrs (options ? monitoring) config.monitoring);
  prometheusOf =
    server:
    let
      here = builtins.filter (one: builtins.elem server one.servers) monitorings;
      first = builtins.head here;
      any = builtins.elem first.listenAddress [
        "0.0.0.0"
        "::"
      ];
    in
    if here == [ ] then
      null
    else
      "http://${netlib.ip.joinHostPort (if any then "127.0.0.1" else first.listenAddress) first.port}";
  isMonitored = node: builtins.any (one: builtins.elem node one.targets) monitorings;

  targetTo =
    node: server:
    let
      address = netlib.addressOf {
        from = node;
        to = server;
        option = [ "status-page" ];
      };
      pin = netlib.getFact {
        node = server;
        name = fact;
        neededBy = "nodes that say how they are";
      };
      place = netlib.ip.joinHostPort address settings.port;
    in
    if ownCertificate != null then
      {
        # Only this very key will do; who signed it, and for which name, says nothing more.
        options = "--insecure --pinnedpubkey ${pin}";
        url = "https://${place}/statement";
      }
    else
      {
        options = "--connect-to ::${place}";
        url = "https://${toString settings.domain}:${toString settings.port}/statement";
      };
  targetsOf =
    node:
    if settings.deliverTo != [ ] then
      map (url: {
        options = "";
        url = "${lib.removeSuffix "/" url}/statement";
      }) settings.deliverTo
    else
      map (targetTo node) settings.servers;

  serverOf =
    server:
    import ./server.nix { inherit lib netlib accept; } {
      inherit table ownCertificate;
      network = config.network.name;
      keys = lib.mapAttrs (node: _: config.nodes.${node}.facts.ssh-host-key or null) isShown;
      rules = rulesOf server;
      allowed = allowedOf server;
      prometheus = prometheusOf server;
      textfile = if isMonitored server then "/run/netlib-monitoring" else null;
    };
  nodeOf =
    node: _:
    import ./node.nix { inherit lib netlib; } {
      inherit table node programs;
      network = config.network.id;
      hostKeyFile = config.ssh-host-keys.${node}.file;
      tracks = options ? git-tracking && builtins.elem node config.git-tracking.nodes;
      targets = targetsOf node;
    };
in
{
  imports = [ ../shared/ssh-host-keys.nix ];

  options.status-page = lib.mkOption {
    type = types.submodule (import ./options.nix { inherit lib netlib; });
    default = { };
    description = ''
      A page of the network: which machines are online, what they run, how their checks are, where rollouts wait. Nodes say so in signed
      statements; the servers show what holds.
    '';
    example = lib.literalExpression ''{ servers = [ "watch" ]; }'';
  };

  config = {
    assertions = import ./assertions.nix { inherit lib netlib; } {
      inherit settings reach;
      networks = config.exports.networks;
      definedIn = netlib.errors.definedIn options.status-page;
    };

    ssh-host-keys = lib.mapAttrs (_: _: { }) isShown;
    facts = lib.optionalAttrs (ownCertificate != null) (
      lib.genAttrs settings.servers (_: {
        ${fact} = import ./gather.nix { inherit lib; } ownCertificate;
      })
    );

    configure = lib.mkMerge [
      (lib.mapAttrs nodeOf isShown)
      (lib.genAttrs settings.servers serverOf)
    ];

    checks = lib.genAttrs settings.servers (_: {
      status-page.exec.script = ''
        written=$(stat -c %Y /run/netlib-status-page/pages/index.html 2>/dev/null || echo 0)
        if [ "$(($(date +%s) - written))" -gt 120 ]; then
          echo 'the status page is not written: see journalctl -u netlib-status-page'
          exit 1
        fi
        if ! timeout 5 ${"$"}{BASH:-bash} -c 'exec 3<>/dev/tcp/127.0.0.1/${toString settings.port}' 2>/dev/null; then
          echo 'nginx does not answer on port ${toString settings.port}'
          exit 1
        fi
      '';
    });

    exports.services = lib.genAttrs settings.servers (_: {
      status-page = {
        description = "Status page";
        option = [
          "status-page"
          "servers"
        ];
        inherit (settings) port;
        scheme = "https";
        path = "/";
        clients = lib.optionals (settings.deliverTo == [ ]) settings.nodes;
        needsLogin = settings.basicAuthFile == null && settings.oidc == null;
      };
    });

    commands = lib.optionalAttrs (settings.servers != [ ]) {
      page-status = {
        description = "What the status page says, for a terminal: page-status [URL] [--json]";
        packages = pkgs: [
          pkgs.curl
          pkgs.jq
        ];
        script = ''
          default_url=${
            lib.escapeShellArg (
              if settings.deliverTo != [ ] then
                builtins.head settings.deliverTo
              else
                "https://${
                  netlib.ip.joinHostPort (
                    if settings.domain != null then
                      settings.domain
                    else
                      builtins.head (
                        map (address: address.address) table.inventory.nodes.${builtins.head settings.servers}.addresses
                        ++ [ config.nodes.${builtins.head settings.servers}.target.host ]
                      )
                  ) settings.port
                }"
            )
          }
          pins=(${
            lib.escapeShellArgs (
              builtins.filter (pin: pin != null) (
                map (server: config.nodes.${server}.facts.${fact} or null) settings.servers
              )
            )
          })
          ${builtins.readFile ./command.sh}
        '';
      };
    };
  };
}
