# Options that every WireGuard network has, of whichever module it is an instance.
{ lib, netlib }:
{
  # Name of the instance.
  name,
  # The network's kind for people: "mesh" or "VPN".
  kind,
  # Which members listen for others, for people.
  listeners,
  # An example of `subnet`.
  subnets,
}:
let
  inherit (lib) types;
  inherit (import ./member-options.nix { inherit lib netlib; }) oneOrMore;
in
{
  options = {
    subnet = lib.mkOption {
      type = oneOrMore netlib.types.cidr;
      description = "Subnet of the ${kind}, IPv4 or IPv6, or a list of several. Each member gets an address in each.";
      example = subnets;
    };

    interface = lib.mkOption {
      type = types.str;
      default = name;
      defaultText = lib.literalMD "the name of the instance";
      description = "Name of the network interface on the members, at most 15 characters.";
      example = "wg-home";
    };

    listenPort = lib.mkOption {
      type = types.nullOr netlib.types.port;
      default = null;
      description = ''
        UDP port of ${listeners} that set no other. Null: the first one from 51820 on that no other WireGuard network of one of them has, in
        the order of their names, meshes first.
      '';
      example = 51900;
    };

    presharedKeyFile = lib.mkOption {
      type = types.nullOr (types.strMatching "/[^[:space:]]+");
      default = null;
      description = ''
        File on all nodes of the ${kind} with one preshared key for the tunnels between them, such as the path of a secret that they get: instead
        of `presharedKeys`, where each two have their own. Externals get none.
      '';
      example = lib.literalExpression "config.secrets.wg0-preshared.path";
    };

    presharedKeys = lib.mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether each two nodes with a tunnel between them have a preshared key in addition, which keeps what is recorded today
        from being read with the quantum computers of tomorrow. `netlib facts gather` has to run twice: first for the keys, then
        for the secrets encapsulated to them. Needs OpenSSL 3.5 in the nodes' pins. Externals get none.
      '';
      example = true;
    };
  };
}
