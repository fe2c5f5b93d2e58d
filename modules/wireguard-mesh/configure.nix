# What a mesh contributes to the NixOS configuration of its members.
{
  lib,
  netlib,
  nodes,
}:
{
  table,
  peersOf,
  preshared,
  publicKeyOf,
  ...
}:
let
  inherit (import ../wireguard/addresses.nix { inherit lib netlib; }) hostsOf;
  inherit (import ../wireguard/check.nix { inherit lib netlib; }) contribution;

  # The same for whoever asks, so computed once.
  hosts = hostsOf table.instance table.members;

  hasPresharedKey = peer: table.presharedKeys && table.members.${peer.name}.isNode;

  peerOf =
    self: peer:
    {
      publicKey = publicKeyOf self peer.name;
      inherit (peer) allowedIPs;
    }
    // lib.optionalAttrs (peer.endpoint != null) { inherit (peer) endpoint; }
    // lib.optionalAttrs (peer.keepalive != null) { persistentKeepalive = peer.keepalive; }
    // lib.optionalAttrs (hasPresharedKey peer) { presharedKeyFile = preshared.pathOf self peer.name; };

  # What a relay needs to pass packets on, and only between members.
  relaying = {
    boot.kernel.sysctl = {
      "net.ipv4.conf.all.forwarding" = lib.mkOverride 99 true;
    }
    // lib.optionalAttrs (builtins.any (subnet: subnet.address.family == 6) table.subnets) {
      "net.ipv6.conf.all.forwarding" = lib.mkOverride 99 true;
    };
    networking.firewall.extraForwardRules = "iifname \"${table.interface}\" oifname \"${table.interface}\" accept";
  };

  ofMember =
    name: member:
    let
      peers = peersOf name;
      presharedPeers = map (peer: peer.name) (builtins.filter hasPresharedKey peers);

      interface =
        { config, pkgs, ... }:
        {
          # A new private key changes nothing else in the node's own configuration, and is read only at the start.
          systemd.services."wireguard-${table.interface}" =
            lib.mkIf (!(config.networking.wireguard.useNetworkd or false))
              {
                restartTriggers = lib.optional (
                  nodes.${name}.facts ? ${table.fact}
                ) nodes.${name}.facts.${table.fact};
              };

          system.activationScripts = lib.optionalAttrs (presharedPeers != [ ]) {
            "wireguard-${table.interface}-preshared-keys".text =
              preshared.activationScript name presharedPeers
                pkgs;
          };

          networking = {
            inherit hosts;
            firewall.allowedUDPPorts = lib.optional (member.listenPort != null) member.listenPort;
            wireguard.interfaces.${table.interface} = {
              ips = map (address: address.withPrefix) member.addresses;
              inherit (table) privateKeyFile;
              inherit (member) listenPort;
              peers = map (peerOf name) peers;
            };
          };
        };

      watched = contribution {
        inherit (table) interface;
        peers = map (peer: {
          inherit (peer) name;
          publicKey = publicKeyOf name peer.name;
          address = (builtins.head table.members.${peer.name}.addresses).text;
          settings = builtins.toJSON (peerOf name peer);
        }) peers;
      };
    in
    {
      imports = [
        interface
        watched
      ]
      ++ lib.optional (builtins.elem name table.relays) relaying;
    };
in
lib.mapAttrs ofMember (lib.filterAttrs (_: member: member.isNode) table.members)
