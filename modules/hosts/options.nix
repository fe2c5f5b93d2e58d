# Options of one set of names.
{
  config,
  lib,
  netlib,
}:
let
  inherit (lib) types;
  inherit (netlib) references;

  label = "[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?";
in
{
  options = {
    nodes = lib.mkOption {
      type = references.nodes;
      default = builtins.attrNames config.nodes;
      defaultText = lib.literalMD "all nodes";
      description = "Selectors of the nodes that get the names in /etc/hosts.";
      example = [ "@edge" ];
    };

    networks = lib.mkOption {
      type = types.nullOr (types.listOf types.str);
      default = null;
      description = "Networks of `exports.networks` that names are made for; null for all.";
      example = [ "wg0" ];
    };

    domain = lib.mkOption {
      type = types.nullOr (types.strMatching "${label}(\\.${label})*");
      default = null;
      description = "Domain that the names are also known in, as `<name>.<domain>` and `<name>.<network>.<domain>`.";
      example = "home.arpa";
    };

    dns = {
      nodes = lib.mkOption {
        type = references.nodes;
        default = [ ];
        description = ''
          Selectors of the nodes that serve `domain` as a DNS zone, with NSD, at their addresses in the networks.
          Names stand for the best way from the serving node.
        '';
        example = [ "router" ];
      };

      ttl = lib.mkOption {
        type = netlib.types.delay;
        default = "5m";
        description = "How long resolvers may keep an answer.";
        example = "1h";
      };
    };
  };
}
