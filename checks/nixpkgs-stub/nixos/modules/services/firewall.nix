# The firewall and NAT: checked and recorded in /etc/netlib-stub/firewall; no packet filter is set up.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.networking.firewall;

  ports =
    protocol:
    mkOption {
      type = types.listOf types.port;
      default = [ ];
      example = [ 443 ];
      apply = list: lib.unique (builtins.sort builtins.lessThan list);
      description = "${protocol} ports that are open.";
    };
  ranges =
    protocol:
    mkOption {
      type = types.listOf (types.attrsOf types.port);
      default = [ ];
      example = [
        {
          from = 60000;
          to = 61000;
        }
      ];
      description = "Ranges of ${protocol} ports that are open.";
    };
  openings = {
    allowedTCPPorts = ports "TCP";
    allowedUDPPorts = ports "UDP";
    allowedTCPPortRanges = ranges "TCP";
    allowedUDPPortRanges = ranges "UDP";
  };

  text =
    description:
    mkOption {
      type = types.lines;
      default = "";
      example = "iptables -A nixos-fw -p icmp -j ACCEPT";
      inherit description;
    };
  switch =
    default: description:
    mkOption {
      type = types.bool;
      inherit default description;
      example = !default;
    };

  showOpenings =
    interface: set:
    map (port: "${interface} tcp ${toString port}") set.allowedTCPPorts
    ++ map (
      range: "${interface} tcp ${toString range.from}-${toString range.to}"
    ) set.allowedTCPPortRanges
    ++ map (port: "${interface} udp ${toString port}") set.allowedUDPPorts
    ++ map (
      range: "${interface} udp ${toString range.from}-${toString range.to}"
    ) set.allowedUDPPortRanges;
in
{
  imports = [ ./nat.nix ];

  options.networking = {
    firewall = openings // {
      enable = switch true "Whether the firewall is on.";
      allowPing = switch true "Whether the machine answers to pings.";
      rejectPackets = switch false "Whether refused packets get an answer.";
      logRefusedConnections = switch true "Whether refused connections are logged.";
      interfaces = mkOption {
        type = types.attrsOf (types.submodule { options = openings; });
        default = { };
        example = {
          wg0.allowedTCPPorts = [ 22 ];
        };
        description = "Ports that are open on one interface only.";
      };
      trustedInterfaces = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "wg0" ];
        description = "Interfaces from which everything is accepted.";
      };
      checkReversePath = mkOption {
        type = types.either types.bool (
          types.enum [
            "strict"
            "loose"
          ]
        );
        default = true;
        example = "loose";
        description = "Whether packets must arrive where an answer would leave.";
      };
      extraCommands = text "Further commands of the iptables back end.";
      extraStopCommands = text "Commands of the iptables back end when it stops.";
      extraInputRules = text "Further input rules of the nftables back end.";
      extraForwardRules = text "Further forward rules of the nftables back end.";
      filterForward = switch false "Whether forwarded packets are filtered.";
    };
    nftables = {
      enable = switch false "Whether nftables is the back end.";
      tables = mkOption {
        type = types.attrsOf (
          types.submodule {
            options = {
              family = mkOption {
                type = types.enum [
                  "ip"
                  "ip6"
                  "inet"
                  "arp"
                  "bridge"
                  "netdev"
                ];
                example = "inet";
                description = "Family of the table.";
              };
              content = text "Chains of the table.";
            };
          }
        );
        default = { };
        example = {
          filter.family = "inet";
        };
        description = "Tables of the nftables back end; recorded only.";
      };
    };
  };

  config = {
    networking.firewall.trustedInterfaces = [ "lo" ];
    environment.etc."netlib-stub/firewall" = lib.mkIf cfg.enable {
      text = lib.concatLines (
        map (interface: "${interface} all") cfg.trustedInterfaces
        ++ showOpenings "*" cfg
        ++ lib.concatLists (lib.mapAttrsToList showOpenings cfg.interfaces)
        ++ lib.optional cfg.allowPing "* icmp echo-request"
      );
    };
  };
}
