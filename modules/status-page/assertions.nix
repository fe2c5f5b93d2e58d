# What can be wrong, found before anything is evaluated for a node.
{ lib, netlib }:
{
  settings,
  reach,
  networks,
  definedIn,
}:
let
  inherit (netlib.errors) quoteList;
  failsIf =
    condition: option: message:
    lib.optional condition {
      assertion = false;
      message = "status-page.${option}: ${message}${definedIn option}.";
    };
  unknown = builtins.filter (name: !(networks ? ${name})) (
    if settings.networks == null then [ ] else settings.networks
  );
  pairs = lib.concatMap (
    server:
    map (node: {
      from = node;
      to = server;
      option = [ "status-page" ];
    }) (lib.remove server settings.nodes)
  ) settings.servers;
  lost = lib.unique (map (pair: pair.from) (reach.unknownSources pairs));
in
failsIf (
  settings.servers == [ ]
) "servers" "no node shows the page. Name one, such as servers = [ \"watch\" ]"
++ failsIf (
  (settings.certificate == null) != (settings.certificateKey == null)
) "certificate" "`certificate` and `certificateKey` belong together. Set both, or none"
++ failsIf (
  settings.certificate != null && settings.domain == null && settings.deliverTo == [ ]
) "domain" "nodes check the name of the certificate. Set `domain` to it"
++ failsIf (
  settings.basicAuthFile != null && settings.oidc != null
) "oidc" "`basicAuthFile` and `oidc` are two ways to log in. Set one of them"
++
  failsIf (settings.offlineAfter < settings.interval * 2) "offlineAfter"
    "a node would be offline between two of its statements. Set at least twice the `interval`"
++
  failsIf (unknown != [ ]) "networks"
    "there is no network ${quoteList unknown}. There are ${quoteList (builtins.attrNames networks)}"
++
  failsIf (settings.deliverTo == [ ] && !settings.public && lost != [ ]) "nodes"
    "nobody knows from which address ${quoteList lost} will come, so the firewall of the server could not let only it in. Make both members of a network such as a wireguard-mesh, put an IP address into nodes.<name>.addresses, set `public`, or `deliverTo` to the page behind a reverse-proxy"
