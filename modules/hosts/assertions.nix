# What can be wrong with a set of names.
{
  lib,
  netlib,
  options,
}:
instance: table:
let
  inherit (netlib) errors;
  option = "hosts.${lib.strings.escapeNixIdentifier instance}";
  file = errors.definedIn options.hosts instance;

  failsIf =
    condition: message:
    lib.optional condition {
      assertion = false;
      message = "${message}${file}.";
    };
  homeless = builtins.attrNames (lib.filterAttrs (_: server: server.addresses == [ ]) table.servers);
in
failsIf (table.unknownNetworks != [ ]) (
  "${option}.networks: there is no network ${errors.quoteList table.unknownNetworks}. Networks are ${errors.quoteList table.knownNetworks}"
)
++ failsIf (
  table.servers != { } && table.domain == null
) "${option}.dns needs the domain that it serves. Set ${option}.domain, such as \"home.arpa\""
++ failsIf (homeless != [ ]) (
  "${option}.dns.nodes: ${errors.quoteList homeless} have no address in a network, so nobody could ask them. "
  + "Make them members of one, such as a wireguard-mesh or exports.networks.<name>"
)
