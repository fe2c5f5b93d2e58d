# WireGuard interfaces: one supervised service each; its peers are a file below /etc that a reload applies.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.networking.wireguard;
  scripts = ../../activation/wireguard;
  orDash = value: if value == null then "-" else toString value;

  refreshOf =
    interface: peer:
    if peer.dynamicEndpointRefreshSeconds != null then
      peer.dynamicEndpointRefreshSeconds
    else
      interface.dynamicEndpointRefreshSeconds;
  refreshes =
    interface: lib.filter (seconds: seconds != 0) (map (refreshOf interface) interface.peers);

  presharedKeyFile =
    peer:
    if peer.presharedKey != null then
      "${pkgs.writeText "wg-psk" peer.presharedKey}"
    else
      peer.presharedKeyFile;

  # Public key, preshared key's file, endpoint, keepalive, allowed IPs; a dash for what is not given.
  peerLine =
    peer:
    lib.concatStringsSep "\t" [
      peer.publicKey
      (orDash (presharedKeyFile peer))
      (orDash peer.endpoint)
      (orDash peer.persistentKeepalive)
      (if peer.allowedIPs == [ ] then "-" else lib.concatStringsSep "," peer.allowedIPs)
    ];
  peersText = interface: lib.concatLines (map peerLine interface.peers);

  environmentOf = name: interface: {
    WG_INTERFACE = name;
    WG_PRIVATE_KEY_FILE =
      if interface.privateKeyFile != null then
        interface.privateKeyFile
      else
        "${pkgs.writeText "wg-key" interface.privateKey}";
    WG_GENERATE_KEY = if interface.generatePrivateKeyFile then "1" else "0";
    WG_ADDRESSES = lib.concatStringsSep " " interface.ips;
    WG_LISTEN_PORT = orDash interface.listenPort;
    WG_FIREWALL_MARK = orDash interface.fwMark;
    WG_MTU = orDash interface.mtu;
    WG_ROUTES = if interface.allowedIPsAsRoutes then "1" else "0";
    WG_TABLE = interface.table;
    WG_METRIC = orDash interface.metric;
    WG_PEERS = "/etc/netlib-stub/wireguard/${name}.peers";
    WG_ENDPOINT_RESOLUTION_RETRIES = "3";
    WG_REFRESHES = if refreshes interface != [ ] then "1" else "0";
  };

  hook = name: text: "${pkgs.writeShellScript "wireguard-${name}" "set -e\n${text}\n"}";

  service =
    name: interface:
    lib.nameValuePair "wireguard-${name}" {
      description = "WireGuard Tunnel - ${name}";
      wantedBy = [ "multi-user.target" ];
      wants = [ "network.target" ];
      after = [ "network-pre.target" ];
      before = [ "network.target" ];
      environment = environmentOf name interface;
      reloadTriggers = [ (peersText interface) ];
      serviceConfig = {
        Type = "exec";
        Restart = "on-failure";
        RestartSec = 2;
        # What cannot be set up has failed by the status of its process too, which is what a switch looks at.
        KillSignal = "SIGUSR1";
        SuccessExitStatus = "SIGUSR1";
        ExecStartPre = lib.optional (interface.preSetup != "") (
          hook "${name}-pre-setup" interface.preSetup
        );
        ExecStart = "${pkgs.runtimeShell} ${scripts}/run.sh";
        # The service counts as started when these are through, so whoever starts it sees a failure.
        ExecStartPost = [
          "${pkgs.runtimeShell} ${scripts}/configure.sh"
        ]
        ++ lib.optional (interface.postSetup != "") (hook "${name}-post-setup" interface.postSetup);
        ExecReload = "${pkgs.runtimeShell} ${scripts}/peers.sh";
        ExecStop = lib.optional (interface.preShutdown != "") (
          hook "${name}-pre-shutdown" interface.preShutdown
        );
        ExecStopPost = [
          "${pkgs.runtimeShell} ${scripts}/remove.sh"
        ]
        ++ lib.optional (interface.postShutdown != "") (
          hook "${name}-post-shutdown" interface.postShutdown
        );
      };
    };

  refresh =
    name: interface:
    lib.nameValuePair "wireguard-${name}-refresh" {
      description = "WireGuard Tunnel - ${name} - endpoints";
      wantedBy = [ "wireguard-${name}.service" ];
      bindsTo = [ "wireguard-${name}.service" ];
      after = [ "wireguard-${name}.service" ];
      environment = environmentOf name interface;
      serviceConfig = {
        Restart = "always";
        RestartSec = 5;
        ExecStart = "${pkgs.runtimeShell} ${scripts}/refresh.sh ${
          toString (lib.foldl' lib.min 86400 (refreshes interface))
        }";
      };
    };

  assertionsOf =
    name: interface:
    let
      path = "networking.wireguard.interfaces.${name}";
    in
    [
      {
        assertion = (interface.privateKey == null) != (interface.privateKeyFile == null);
        message = "${path}: set either `privateKey` or `privateKeyFile`.";
      }
      {
        assertion = interface.generatePrivateKeyFile -> interface.privateKey == null;
        message = "${path}: `generatePrivateKeyFile` needs `privateKeyFile`.";
      }
      {
        assertion =
          interface.type == "wireguard"
          && interface.extraOptions == { }
          && interface.socketNamespace == null
          && interface.interfaceNamespace == null;
        message = "${path}: this stub has no amneziawg, `extraOptions`, `socketNamespace` and `interfaceNamespace`.";
      }
    ]
    ++ map (peer: {
      assertion = peer.presharedKey == null || peer.presharedKeyFile == null;
      message = "${path}: the peer ${peer.publicKey} has both `presharedKey` and `presharedKeyFile`.";
    }) interface.peers
    ++ lib.optionals cfg.useNetworkd [
      {
        assertion =
          interface.privateKey == null && lib.all (peer: peer.presharedKey == null) interface.peers;
        message = "${path}: networkd takes keys from files only.";
      }
      {
        assertion = lib.all (lib.hasInfix "/") interface.ips;
        message = "${path}.ips: networkd needs a prefix length on each address.";
      }
      {
        assertion =
          interface.preSetup == ""
          && interface.postSetup == ""
          && interface.preShutdown == ""
          && interface.postShutdown == "";
        message = "${path}: networkd runs no hooks.";
      }
    ];
in
{
  imports = [ ./wireguard-options.nix ];

  config = lib.mkIf cfg.enable {
    assertions = lib.concatLists (lib.mapAttrsToList assertionsOf cfg.interfaces);
    environment.systemPackages = [ pkgs.wireguard-tools ];
    environment.etc = lib.mapAttrs' (
      name: interface:
      lib.nameValuePair "netlib-stub/wireguard/${name}.peers" { text = peersText interface; }
    ) cfg.interfaces;
    systemd.services =
      lib.mapAttrs' service cfg.interfaces
      // lib.mapAttrs' refresh (
        lib.filterAttrs (_: interface: refreshes interface != [ ]) cfg.interfaces
      );
  };
}
