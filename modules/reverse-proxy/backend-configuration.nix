# What an instance contributes to the NixOS configuration of its backends: ports that only the proxies reach.
{ lib, netlib }:
table:
let
  inherit (netlib.errors) quoteList;
  inherit (import ../shared/firewall.nix { inherit lib netlib; }) accept;

  # { node; port; host; source; interface; } for each proxy that comes from elsewhere.
  rules = lib.concatMap (
    host:
    lib.concatMap (
      backend:
      lib.concatMap (
        path:
        map (source: {
          inherit (backend) node port;
          inherit (path) interface;
          inherit source;
          host = host.name;
        }) (if path.isLocal then [ ] else path.sources)
      ) backend.paths
    ) host.backends
  ) (builtins.attrValues table.hosts);

  # Where a node's own configuration lets others to the port.
  openingsOf =
    firewall: port:
    let
      opens =
        where: set:
        lib.optional (
          builtins.elem port set.allowedTCPPorts
          || builtins.any (range: range.from <= port && port <= range.to) set.allowedTCPPortRanges
        ) where;
    in
    opens "networking.firewall" firewall
    ++ lib.concatLists (
      lib.mapAttrsToList (
        interface: opens "networking.firewall.interfaces.${interface}"
      ) firewall.interfaces
    );

  # That nobody else is let in.
  exclusively =
    node: nodeRules:
    { config, ... }:
    {
      assertions = map (
        port:
        let
          openings = openingsOf config.networking.firewall port;
          hosts = lib.unique (map (rule: rule.host) (builtins.filter (rule: rule.port == port) nodeRules));
        in
        {
          assertion = !config.networking.firewall.enable || openings == [ ];
          message =
            "TCP port ${toString port} of the node `${node}` is for the proxies of reverse-proxy.${table.name} alone (${quoteList hosts}), "
            + "but ${lib.concatStringsSep " and " openings} opens it to others. Close it there, or set reverse-proxy.${table.name}.exclusive = false.";
        }
      ) (lib.unique (map (rule: rule.port) nodeRules));
    };
in
lib.mapAttrs (node: nodeRules: {
  imports = [ (accept nodeRules) ] ++ lib.optional table.exclusive (exclusively node nodeRules);
}) (lib.groupBy (rule: rule.node) rules)
