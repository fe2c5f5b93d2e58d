# The files of members that netlib does not deploy.
{ lib, netlib }:
{
  table,
  peersOf,
  publicKeyOf,
  ...
}:
let
  wgQuick = import ./wg-quick.nix { inherit lib netlib; };

  fileOf = name: member: {
    "${table.interface}.conf" = {
      description = "${table.description}: /etc/wireguard/${table.interface}.conf for wg-quick, or for the WireGuard app";
      qr = true;
      text = wgQuick {
        addresses = map (address: address.withPrefix) member.addresses;
        inherit (member) listenPort;
        dns = member.dns or [ ];
        peers = map (peer: peer // { publicKey = publicKeyOf name peer.name; }) (peersOf name);
      };
    };
  };
in
lib.mapAttrs fileOf (lib.filterAttrs (_: member: !member.isNode) table.members)
