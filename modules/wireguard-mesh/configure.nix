# What a mesh contributes to the NixOS configuration of its members.
{
  lib,
  netlib,
  nodes,
}:
_: table:
let
  # WireGuard keys are 32 bytes in base64.
  isPublicKey = text: builtins.match "[A-Za-z0-9+/]{43}=" text != null;

  publicKeyOf =
    neededBy: name:
    let
      key = netlib.getFact {
        inherit neededBy;
        node = name;
        name = table.fact;
      };
    in
    if isPublicKey key then
      key
    else
      netlib.errors.fail "the fact \"${table.fact}\" of node \"${name}\" is no WireGuard public key. Run: netlib facts gather --on ${name}";

  # The same for whoever asks, so computed once a member.
  hosts = lib.mkMerge (
    lib.mapAttrsToList (
      name: member:
      lib.listToAttrs (
        map (address: lib.nameValuePair address.text [ "${name}.${table.instance}" ]) member.addresses
      )
    ) table.members
  );
  allowedIPs = lib.mapAttrs (
    _: member: map (address: address.hostRoute) member.addresses
  ) table.members;

  peerOf =
    self: name: peer:
    {
      publicKey = publicKeyOf self name;
      allowedIPs = allowedIPs.${name};
    }
    // lib.optionalAttrs (peer.endpoint != null) { inherit (peer) endpoint; }
    // lib.optionalAttrs (peer.endpoint != null && table.members.${self}.keepalive != null) {
      persistentKeepalive = table.members.${self}.keepalive;
    };

  contribution = name: member: { config, ... }: {
    # A new private key changes nothing else in the node's own configuration, and is read only at the start.
    systemd.services."wireguard-${table.interface}" =
      lib.mkIf (!(config.networking.wireguard.useNetworkd or false))
        {
          restartTriggers = lib.optional (
            nodes.${name}.facts ? ${table.fact}
          ) nodes.${name}.facts.${table.fact};
        };

    networking = {
      inherit hosts;
      firewall.allowedUDPPorts = lib.optional (member.listenPort != null) member.listenPort;
      wireguard.interfaces.${table.interface} = {
        ips = map (address: address.withPrefix) member.addresses;
        inherit (table) privateKeyFile;
        inherit (member) listenPort;
        peers = lib.mapAttrsToList (peerOf name) (removeAttrs table.members [ name ]);
      };
    };
  };
in
lib.mapAttrs contribution table.members
