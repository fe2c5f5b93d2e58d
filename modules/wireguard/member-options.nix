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

  keyVersionOption = lib.mkOption {
    type = types.ints.positive;
    default = 1;
    description = ''
      Which key pair of its own the node uses. With another number `netlib facts gather` makes another one, beside the one in use, and
      the next deployment brings it to the peers first, which then talk to the node under either, and to the node last. Gather its facts
      again afterwards, and the earlier key is forgotten.
    '';
    example = 2;
  };

  # Of a node (null) or an external.
  publicKeyOption =
    external:
    lib.mkOption {
      type = types.nullOr types.singleLineStr;
      default = if external == null then null else external.publicKeys.wireguard or null;
      defaultText = lib.literalExpression "externals.<name>.publicKeys.wireguard";
      description = "Public key of an external. Those of nodes are gathered from them.";
      example = "mDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
    };
}
