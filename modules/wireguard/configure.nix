# What a member of a WireGuard network gets: the interface with its peers and keys, and what the check needs.
{
  lib,
  netlib,
  nodes,
}:
let
  inherit (import ./check.nix { inherit lib netlib; }) contribution;
in
{
  # A NixOS module for one member of a network.
  interfaceOf =
    {
      table,
      peersOf,
      preshared,
      publicKeyOf,
      privateKeyFileOf,
      isTogether,
      keysOf,
      ...
    }:
    name: member:
    let
      peers = peersOf name;
      hasPresharedKey = peer: table.presharedKeys && table.members.${peer.name}.isNode;
      presharedPeers = map (peer: peer.name) (builtins.filter hasPresharedKey peers);

      settingsOf =
        peer:
        {
          publicKey = (keysOf peer.name).inUse or (publicKeyOf name peer.name);
          inherit (peer) allowedIPs;
        }
        // lib.optionalAttrs (peer.endpoint != null) { inherit (peer) endpoint; }
        // lib.optionalAttrs (peer.keepalive != null) { persistentKeepalive = peer.keepalive; }
        // lib.optionalAttrs (hasPresharedKey peer) {
          presharedKeyFile = preshared.pathOf name peer.name;
        }
        // lib.optionalAttrs (table.presharedKeyFile != null && table.members.${peer.name}.isNode) {
          inherit (table) presharedKeyFile;
        };

      addressOf = other: (builtins.head table.members.${other}.addresses).text;

      # Those that get another key are peers twice: the addresses are with the key in use, and follow it to the next one.
      rotating = builtins.filter (peer: keysOf peer.name != { }) peers;
      nextOf =
        peer:
        settingsOf peer
        // {
          publicKey = (keysOf peer.name).next;
          allowedIPs = [ ];
          persistentKeepalive = 5;
        };
      following =
        { pkgs, ... }:
        {
          systemd.services."wireguard-${table.interface}-keys" = lib.mkIf (rotating != [ ]) {
            description = "WireGuard Tunnel - ${table.interface} - peers that get another key";
            wantedBy = [ "multi-user.target" ];
            after = [ "network.target" ];
            path = [
              pkgs.iputils
              pkgs.wireguard-tools
            ];
            serviceConfig = {
              Restart = "always";
              RestartSec = 2;
            };
            script = ''
              interface=${table.interface}
              pairs=${
                lib.escapeShellArg (
                  lib.concatMapStrings (
                    peer:
                    let
                      next = nextOf peer;
                    in
                    "${(keysOf peer.name).inUse} ${next.publicKey} ${addressOf peer.name} ${lib.concatStringsSep "," peer.allowedIPs} ${
                      next.presharedKeyFile or "/dev/null"
                    }\n"
                  ) rotating
                )
              }
              ${builtins.readFile ./scripts/follow-keys.sh}
            '';
          };
        };

      # A name may lead elsewhere tomorrow, and to nowhere while the resolver is not up.
      isByName =
        endpoint:
        endpoint != null
        && !(lib.hasPrefix "[" endpoint)
        && !(netlib.ip.isAddress (builtins.head (lib.splitString ":" endpoint)));

      interface =
        {
          config,
          options,
          pkgs,
          ...
        }:
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
            firewall.allowedUDPPorts = lib.optional (member.listenPort != null) member.listenPort;
            wireguard.interfaces.${table.interface} = {
              ips = map (address: address.withPrefix) member.addresses;
              privateKeyFile = privateKeyFileOf name;
              inherit (member) listenPort;
              peers = map settingsOf peers ++ map nextOf rotating;
            }
            //
              lib.optionalAttrs
                (
                  builtins.any (peer: isByName peer.endpoint) peers
                  && (options.networking.wireguard.interfaces.type.getSubOptions [ ]) ? dynamicEndpointRefreshSeconds
                )
                {
                  # Also lets the interface come up while a name does not resolve.
                  dynamicEndpointRefreshSeconds = lib.mkDefault 60;
                };
          };
        };

      watchedOf = peer: {
        inherit (peer) name;
        inherit (settingsOf peer) publicKey;
        address = addressOf peer.name;
        settings = builtins.toJSON (removeAttrs (settingsOf peer) [ "publicKey" ]);
        isTogether = isTogether name peer.name;
      };
      watched = contribution {
        inherit (table) interface;
        publicKey = nodes.${name}.facts.${table.fact} or null;
        peers =
          map watchedOf peers
          ++ map (
            peer:
            watchedOf peer
            // {
              publicKey = (keysOf peer.name).next;
              isTogether = false;
            }
          ) rotating;
      };
    in
    {
      imports = [
        interface
        following
        watched
      ];
    };
}
