# Addresses of the members of a WireGuard network: those that somebody chose, by rule those that nobody did.
{ lib, netlib }:
let
  inherit (netlib) ip;
in
{
  # What is to know about the addresses of one member in all subnets. `seed` is the instance's name.
  addressesOf =
    {
      seed,
      subnets,
      name,
      explicit,
    }:
    map (
      subnet:
      let
        given = builtins.filter (ip.contains subnet) explicit;
        address = if given == [ ] then ip.allocate subnet "${seed}/${name}" else builtins.head given;
      in
      {
        inherit subnet;
        isExplicit = given != [ ];
        text = ip.format address;
        withPrefix = ip.formatCidr {
          inherit address;
          inherit (subnet) prefix;
        };
        hostRoute = ip.formatCidr (ip.hostNetwork address);
      }
    ) subnets;
}
