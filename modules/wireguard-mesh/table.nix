# The table of one mesh: for each member its addresses and how to reach it, as plain values.
{ lib, netlib }:
instance: settings:
let
  inherit (netlib) ip;

  subnets = map ip.parseNetwork settings.subnet;

  addressIn =
    name: explicit: subnet:
    let
      given = builtins.filter (ip.contains subnet) explicit;
      address = if given == [ ] then ip.allocate subnet "${instance}/${name}" else builtins.head given;
    in
    {
      inherit subnet;
      isExplicit = given != [ ];
      text = ip.format address;
      withPrefix = ip.formatCidr {
        inherit address;
        inherit (subnet) prefix;
      };
      hostRoute = "${ip.format address}/${if address.family == 4 then "32" else "128"}";
    };

  memberOf =
    name: member:
    let
      explicit = map ip.parse member.address;
    in
    {
      inherit (member) endpoint listenPort keepalive;
      inherit explicit;
      addresses = map (addressIn name explicit) subnets;
    };
in
{
  inherit instance subnets;
  inherit (settings) interface;
  members = lib.mapAttrs memberOf settings.members;
  fact = "wireguard-mesh-${instance}";
  privateKeyFile = "/var/lib/netlib/wireguard-mesh/${instance}/private-key";
}
