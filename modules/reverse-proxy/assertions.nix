# What can be wrong with a reverse proxy, found before anything is evaluated for a node.
{
  lib,
  netlib,
  nodes,
}:
{
  tables,
  reach,
  # Instance name to ", in `file'".
  fileOf,
}:
let
  inherit (netlib.errors) quote quoteList;

  failsIf =
    condition: message:
    lib.optional condition {
      assertion = false;
      inherit message;
    };
  optionOf = name: "reverse-proxy.${lib.strings.escapeNixIdentifier name}";

  ofSite =
    instance: table: name: site:
    let
      path = "${optionOf instance}.sites.${lib.strings.escapeNixIdentifier name}";
      where = fileOf instance;
      serviceNames = builtins.attrNames site.services;
      isLoopback = address: address != null && (lib.hasPrefix "127." address || address == "::1");
    in
    failsIf (builtins.match "[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?" name == null) (
      "${path}: a site is named after its host name. Rename it${where}."
    )
    ++ failsIf (site.wanted != null && site.service == null) (
      "${path}.service: ${quote site.node} has no service ${quote site.wanted}. It has: ${quoteList serviceNames}${where}."
    )
    ++ failsIf (site.wanted == null && site.port == null) (
      "${path}: where does it lead? Set service to one of ${quote site.node} (${quoteList serviceNames}), or port${where}."
    )
    ++
      failsIf
        (
          site.service != null
          && site.service.address != null
          && isLoopback site.service.address
          && !site.isLocal
        )
        (
          "${path}: the service listens on ${site.service.address} of ${quote site.node} only, where the proxy on ${quote table.node} cannot reach it. "
          + "Let the proxy run on that node, or the service listen on another address${where}."
        )
    ++ failsIf (site.service != null && site.service.protocol != "tcp") (
      "${path}: the service of ${quote site.node} is ${site.service.protocol}, and no web site${where}."
    )
    ++ failsIf (site.certificate == null && table.email == null) (
      "${optionOf instance}.email is not set, and ${quote name} needs a certificate by ACME. Set it, or ${path}.certificate${where}."
    )
    ++
      map
        (_: {
          assertion = false;
          message =
            "${path}: ${quote site.node} cannot let only the proxy ${quote table.node} in, because nobody knows from which address that one comes. "
            + "Make both members of a network such as a wireguard-mesh, or put an IP address into nodes.${table.node}.addresses${where}.";
        })
        (
          lib.optionals (nodes ? ${site.node}) (
            reach.unknownSources [
              {
                from = table.node;
                to = site.node;
              }
            ]
          )
        );

  ofInstance =
    instance: table: lib.concatLists (lib.mapAttrsToList (ofSite instance table) table.sites);

  # One nginx a node, one node a name.
  byNode = lib.zipAttrs (lib.mapAttrsToList (instance: table: { ${table.node} = instance; }) tables);
in
lib.concatLists (lib.mapAttrsToList ofInstance tables)
++ lib.concatLists (
  lib.mapAttrsToList (
    node: names:
    failsIf (builtins.length names > 1) (
      "${
        lib.concatMapStringsSep " and " optionOf names
      } are both on the node ${quote node}. Put their sites into one${lib.concatMapStrings fileOf names}."
    )
  ) byNode
)
