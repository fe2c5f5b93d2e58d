# How nodes let exactly those others in that a network module names: by the addresses that these come from.
{
  lib,
  netlib,
  config,
}:
let
  inherit (netlib) ip;
  inherit (import ./firewall.nix { inherit lib netlib; }) accept;
  isAddress = address: ip.parse address != null;

  # The addresses that `from` has as seen from `to`, when it connects by the best way.
  sourcesOf =
    { from, to, ... }@pair:
    let
      path = netlib.pathTo pair;
      network = config.exports.networks.${path.network};
    in
    if path.network == null then
      builtins.filter isAddress config.nodes.${from}.addresses
    else
      network.members.${from}.addresses;

  interfaceOf =
    { to, ... }@pair:
    let
      path = netlib.pathTo pair;
    in
    if path.network == null then
      null
    else
      config.exports.networks.${path.network}.members.${to}.interface;

  rulesFor =
    port: pair:
    map (source: {
      inherit source port;
      interface = interfaceOf pair;
    }) (sourcesOf pair);
in
{
  inherit sourcesOf;

  /**
    A NixOS module that lets others connect to a TCP port of `to`, by the ways that they take, and nobody else.

    # Type

    ```
    openFor :: { to = name; port = int; from = [ name ]; } -> module
    ```
  */
  openFor =
    {
      to,
      port,
      from,
    }:
    accept (
      lib.concatMap (
        name:
        rulesFor port {
          from = name;
          inherit to;
        }
      ) (builtins.filter (name: name != to) from)
    );

  /**
    The pairs in which nobody knows from which address `from` will come: no common network, and only host names.

    # Type

    ```
    unknownSources :: [ { from; to; option; } ] -> [ { from; to; option; } ]
    ```
  */
  unknownSources = builtins.filter (pair: pair.from != pair.to && sourcesOf pair == [ ]);
}
