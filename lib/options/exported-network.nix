# Options of one network in `exports.networks`.
{
  lib,
  netlib,
  references,
}:
{ name, ... }:
let
  inherit (lib) types;

  member.options = {
    addresses = lib.mkOption {
      type = types.listOf netlib.types.address;
      default = [ ];
      description = "Addresses of the member in this network, the preferred one first.";
      example = [ "10.10.0.7" ];
    };

    interface = lib.mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "Network interface of the member, null when nobody knows.";
      example = "wg0";
    };

    allowedIPs = lib.mkOption {
      type = types.listOf netlib.types.cidr;
      default = [ ];
      description = "Networks that the others reach through this member, its own addresses left out.";
      example = [ "192.168.7.0/24" ];
    };

    publicKey = lib.mkOption {
      type = types.nullOr types.singleLineStr;
      default = null;
      description = "Public key of the member in this network. It may be a fact that is not gathered yet, so read it only when it is needed.";
      example = "mDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
    };
  };
in
{
  options = {
    description = lib.mkOption {
      type = types.singleLineStr;
      default = "";
      description = "What the network is, for people.";
      example = "WireGuard mesh wg0";
    };

    label = lib.mkOption {
      type = netlib.types.name;
      default = name;
      defaultText = lib.literalMD "the name of the network";
      description = "Short name of the network, in names of hosts and in pictures.";
      example = "wg0";
    };

    option = lib.mkOption {
      type = types.listOf types.str;
      default = [
        "exports"
        "networks"
        name
      ];
      defaultText = lib.literalExpression ''[ "exports" "networks" "<name>" ]'';
      description = "Path of the option that the user set to get this network. Messages about conflicts name it and its files.";
      example = [
        "wireguard-mesh"
        "wg0"
      ];
    };

    preference = lib.mkOption {
      type = types.ints.unsigned;
      default = 50;
      description = ''
        Which network is used between two nodes that share several: the lowest number, then the first name.
        `nodes.<name>.addresses` count as 100.
      '';
      example = 20;
    };

    isolated = lib.mkOption {
      type = types.bool;
      default = false;
      description = "Whether its addresses mean something to its members only. Isolated networks without a common member may use the same subnet.";
      example = true;
    };

    subnets = lib.mkOption {
      type = types.listOf netlib.types.cidr;
      default = [ ];
      description = "Subnets of the network.";
      example = [
        "10.10.0.0/24"
        "fd00:10::/64"
      ];
    };

    members = lib.mkOption {
      type = references.lazyAttrsOfMembers (types.submodule member);
      default = { };
      description = "Nodes and externals in the network, by name.";
      example = lib.literalExpression ''
        {
          alpha = {
            addresses = [ "10.10.0.7" ];
            interface = "wg0";
          };
        }
      '';
    };

    relays = lib.mkOption {
      type = types.listOf references.member;
      default = [ ];
      description = ''
        Members that pass packets on between all that they are linked with, over one another too. Saying this instead of a link with
        `via` for each pair keeps large networks small.
      '';
      example = [ "alpha" ];
    };

    links = lib.mkOption {
      type = types.nullOr (types.listOf netlib.types.link);
      default = null;
      description = ''
        Pairs of members that reach each other at their addresses in this network, each pair once: `{ from; to; }`,
        with `via` when a third member passes their packets on. Null stands for every pair, directly.
      '';
      example = [
        {
          from = "phone";
          to = "alpha";
        }
        {
          from = "phone";
          to = "beta";
          via = "alpha";
        }
      ];
    };
  };
}
