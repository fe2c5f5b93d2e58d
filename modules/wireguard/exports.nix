# What a WireGuard network publishes for other modules: its members, its addresses, its links, the ports that its members listen on.
{ lib }:
{
  table,
  links,
  relays,
  publicKeyOf,
  ...
}:
let
  option = [
    table.module
    table.instance
  ];
  name = table.fact;
in
{
  networks.${name} = {
    inherit (table) description preference;
    label = table.instance;
    inherit option links relays;
    subnets = table.subnetTexts;
    members = lib.mapAttrs (member: settings: {
      addresses = map (address: address.text) settings.addresses;
      interface = if settings.isNode then table.interface else null;
      allowedIPs = settings.networks or [ ];
      publicKey = publicKeyOf member member;
    }) table.members;
  };

  services = lib.mapAttrs (member: settings: {
    ${name} = {
      # Everybody calls everybody in a mesh, which its links say already.
      clients = builtins.attrNames (
        lib.filterAttrs (_: client: client.server or null == member) (table.clients or { })
      );
      inherit (table) description;
      inherit option;
      port = settings.listenPort;
      protocol = "udp";
    };
  }) (lib.filterAttrs (_: member: member.isNode && member.listenPort != null) table.members);
}
