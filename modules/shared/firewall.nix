# How a node lets others connect to TCP ports by the addresses that they come from, and nobody else.
# A rule is { source; port; interface; }: an address, and the interface that its packets come by or null for any.
{ lib, netlib }:
let
  isIpv6 = rule: netlib.ip.isIpv6 rule.source;

  iptables =
    rule:
    "${if isIpv6 rule then "ip6tables" else "iptables"} -w -A nixos-fw "
    + lib.optionalString (rule.interface != null) "-i ${rule.interface} "
    + "-p tcp -s ${rule.source} --dport ${toString rule.port} -j nixos-fw-accept";

  nftables =
    rule:
    lib.optionalString (rule.interface != null) "iifname \"${rule.interface}\" "
    + "${
      if isIpv6 rule then "ip6" else "ip"
    } saddr ${rule.source} tcp dport ${toString rule.port} accept";

  linesOf = render: rules: lib.concatLines (lib.unique (map render rules));
in
{
  /**
    A NixOS module that accepts what the rules name, with whichever firewall the node has.

    # Type

    ```
    accept :: [ { source = address; port = int; interface = null | name; } ] -> module
    ```
  */
  accept =
    rules:
    { config, ... }:
    {
      networking.firewall = {
        extraCommands = lib.mkIf (!config.networking.nftables.enable) (linesOf iptables rules);
        extraInputRules = lib.mkIf config.networking.nftables.enable (linesOf nftables rules);
      };
    };
}
