# The table of one VPN: servers and clients with their addresses, as plain values.
{
  lib,
  netlib,
  externals,
}:
instance: settings:
let
  inherit (import ../wireguard/addresses.nix { inherit lib netlib; }) addressesOf;

  subnets = map netlib.ip.parseNetwork settings.subnet;

  memberOf =
    name: member:
    let
      explicit = map netlib.ip.parse member.address;
    in
    {
      inherit explicit;
      # Names are selectors where they are not looked up yet, and externals are none.
      isNode = !(externals ? ${name});
      addresses = addressesOf {
        seed = instance;
        inherit subnets name explicit;
      };
    };

  serverOf =
    name: server:
    memberOf name server
    // {
      inherit (server)
        endpoint
        internetGateway
        keyVersion
        listenPort
        networks
        ;
      publicKey = null;
      isServer = true;
    };
  clientOf =
    name: client:
    memberOf name client
    // {
      inherit (client)
        dns
        keepalive
        keyVersion
        publicKey
        server
        tunnel
        ;
      isServer = false;
      listenPort = null;
    };

  servers = lib.mapAttrs serverOf settings.servers;
  clients = lib.mapAttrs clientOf settings.clients;
in
{
  inherit
    instance
    subnets
    servers
    clients
    ;
  inherit (settings)
    interface
    presharedKeyFile
    presharedKeys
    reach
    ;
  # A name in both is refused before anyone looks.
  members = clients // servers;
  module = "wireguard-vpn";
  description = "WireGuard VPN ${instance}";
  # A mesh between the same two is the shorter way.
  preference = 60;
  subnetTexts = map netlib.ip.formatCidr subnets;
  fact = "wireguard-vpn-${instance}";
  privateKeyFile = "/var/lib/netlib/wireguard-vpn/${instance}/private-key";
  presharedDirectory = "/var/lib/netlib/wireguard-vpn/${instance}/preshared";
}
