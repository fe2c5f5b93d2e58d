# Looks whether a WireGuard interface works: its own half always; of its peers, those that answered before the switch.
{ lib, netlib }:
let
  reachDescription = ''
    Which peers must answer a ping before a deployment of the node is confirmed, and in `netlib check`:
    - `none`: only the node's own half is looked at (interface, addresses, peers' keys);
    - `kept`: those that had a handshake in the three minutes before the switch and whose settings did not change. One with another key
      (not by its `keyVersion`) counts too, unless a rollout or an order has the two deployed one after the other;
    - `all`: all of them, so that a node can only be deployed while all others are up.
  '';
in
{
  reachOption =
    default:
    lib.mkOption {
      type = lib.types.enum [
        "none"
        "kept"
        "all"
      ];
      inherit default;
      description = reachDescription;
      example = "all";
    };

  # What the node itself must know for the check; `peers` is a list of { name; publicKey; address; settings; isTogether; }: settings
  # but the key, as a text, and whether both are deployed at the same time.
  # `publicKey` is the node's own, as the others know it; null where it is not gathered yet.
  contribution =
    {
      interface,
      publicKey,
      peers,
    }:
    { options, pkgs, ... }:
    let
      file = "netlib/wireguard/${interface}.peers";
      kept = pkgs.writeShellScript "wireguard-${interface}-kept" ''
        PATH=${
          lib.makeBinPath [
            pkgs.coreutils
            pkgs.gnugrep
            pkgs.wireguard-tools
          ]
        }
        interface=${interface}
        set -- "$1/etc/${file}"
        ${builtins.readFile ./scripts/check-kept.sh}
      '';
    in
    {
      environment.etc.${file}.text = lib.concatMapStrings (
        peer:
        "${peer.publicKey} ${peer.name} ${peer.address} ${builtins.hashString "sha256" peer.settings} ${
          if peer.isTogether then "together" else "apart"
        }\n"
      ) peers;
      environment.etc."netlib/wireguard/${interface}.key" = lib.mkIf (publicKey != null) {
        text = "${publicKey}\n";
      };

      # Before anything is stopped, so that it sees the tunnels of the system that is left.
      system =
        if options.system ? preSwitchChecks then
          {
            preSwitchChecks."wireguard-${interface}-kept" = ''
              case "$2" in switch | test) ${kept} "$1" || true ;; esac
            '';
          }
        else
          {
            activationScripts."wireguard-${interface}-kept".text = ''
              ${kept} "$systemConfig" || true
            '';
          };
    };

  # One of `checks.<node>`.
  check =
    {
      interface,
      privateKeyFile,
      addresses,
      reach,
      description,
    }:
    {
      inherit description;
      exec = {
        packages = pkgs: [
          pkgs.coreutils
          pkgs.gnugrep
          pkgs.iproute2
          pkgs.iputils
          pkgs.wireguard-tools
        ];
        script = ''
          ${lib.toShellVars {
            inherit interface privateKeyFile reach;
            addresses = lib.concatStringsSep " " addresses;
          }}
          ${builtins.readFile ./scripts/check.sh}
        '';
      };
      # Pings run side by side and wait two seconds each.
      timeout = 15;
    };
}
