# Everything through the tunnel but the tunnel itself, what is on the node's own links, and answers from its own addresses.
{ lib }:
interface:
let
  # The packets of the tunnel itself carry the mark; routes of the tunnel are in a table of their own.
  mark = "0x6e6c";
  table = "28268";
in
{ options, pkgs, ... }:
{
  config = lib.mkMerge [
    {
      networking = {
        wireguard.interfaces.${interface} = {
          fwMark = mark;
          inherit table;
        };
        # Packets of the tunnel arrive where no answer would leave.
        firewall.checkReversePath = lib.mkDefault "loose";
      };

      systemd.services."wireguard-${interface}-full-tunnel" = {
        description = "Routes everything through ${interface}";
        wantedBy = [ "multi-user.target" ];
        wants = [ "network-online.target" ];
        # Addresses that come later have no rule; see the module's README.
        after = [
          "network-online.target"
          "wireguard-${interface}.service"
        ];
        path = [ pkgs.iproute2 ];
        environment = {
          INTERFACE = interface;
          MARK = mark;
          TABLE = table;
        };
        script = builtins.readFile ./scripts/full-tunnel-up.sh;
        preStop = builtins.readFile ./scripts/full-tunnel-down.sh;
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
        };
      };
    }
    # networkd removes rules that it does not know.
    (lib.optionalAttrs (options.systemd ? network) {
      systemd.network.config.networkConfig.ManageForeignRoutingPolicyRules = false;
    })
  ];
}
