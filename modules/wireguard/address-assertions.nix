# What can be wrong with the addresses of the members of one WireGuard network.
{ lib, netlib }:
{
  # Path of the option for people, such as wireguard-mesh.wg0.
  option,
  # Member name to the path of its options.
  memberOption,
  # As the user wrote them.
  subnetTexts,
  # Members have `explicit` (parsed) and `addresses` (of wireguard/addresses.nix).
  table,
}:
let
  inherit (netlib) ip;
  inherit (table) subnets members;

  fails = message: {
    assertion = false;
    inherit message;
  };

  ofMember =
    name: member:
    let
      path = "${memberOption name}.address";
      isOutside = address: !builtins.any (subnet: ip.contains subnet address) subnets;
      inSubnet = subnet: builtins.filter (ip.contains subnet) member.explicit;
      reserved = lib.concatMap (
        subnet:
        map (address: { inherit subnet address; }) (
          builtins.filter (address: !ip.isUsable subnet address) (inSubnet subnet)
        )
      ) subnets;
      crowded = builtins.filter (subnet: builtins.length (inSubnet subnet) > 1) subnets;
    in
    map (
      address:
      fails "${path}: ${ip.format address} is not in ${lib.concatStringsSep " or " subnetTexts}. Take one from there, or leave it out."
    ) (builtins.filter isOutside member.explicit)
    ++ map (
      { subnet, address }:
      fails "${path}: ${ip.format address} is the address of ${ip.formatCidr subnet} itself or its broadcast address, which no member can have. Take another one from there, or leave it out."
    ) reserved
    ++ map (
      subnet:
      fails "${path}: ${
        lib.concatMapStringsSep " and " ip.format (inSubnet subnet)
      } are both in ${ip.formatCidr subnet}. Keep one of them."
    ) crowded;

  collisions = import ./collisions.nix {
    inherit
      lib
      netlib
      option
      memberOption
      members
      ;
  };
in
[
  {
    assertion = subnets != [ ];
    message = "${option}.subnet is empty. Set it, for example to \"10.10.0.0/24\".";
  }
]
++ lib.concatLists (lib.mapAttrsToList ofMember members)
++ collisions
