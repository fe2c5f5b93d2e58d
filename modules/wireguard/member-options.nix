# Types and options that members of all WireGuard networks have.
{ lib, netlib }:
let
  inherit (lib) types;
  oneOrMore = elemType: types.coercedTo elemType lib.singleton (types.listOf elemType);
in
{
  inherit oneOrMore;

  addressOption = lib.mkOption {
    type = oneOrMore netlib.types.address;
    default = [ ];
    description = ''
      Address of the member in the network, or one for each subnet. In a subnet for which none is given,
      the member gets the address that a hash of the instance's and the member's name picks.
    '';
    example = "10.10.0.7";
  };
}
