# What a mesh publishes for other modules: its addresses, its links, the ports that its members listen on.
{ lib }:
{
  table,
  links,
  publicKeyOf,
  ...
}:
let
  option = [
    "wireguard-mesh"
    table.instance
  ];
  name = "wireguard-mesh-${table.instance}";
in
{
  networks.${name} = {
    description = "WireGuard mesh ${table.instance}";
    inherit option links;
    subnets = table.subnetTexts;
    members = lib.mapAttrs (member: settings: {
      addresses = map (address: address.text) settings.addresses;
      interface = if settings.isNode then table.interface else null;
      publicKey = publicKeyOf member member;
    }) table.members;
  };

  services = lib.mapAttrs (_: settings: {
    ${name} = {
      description = "WireGuard mesh ${table.instance}";
      inherit option;
      port = settings.listenPort;
      protocol = "udp";
    };
  }) (lib.filterAttrs (_: member: member.isNode && member.listenPort != null) table.members);
}
