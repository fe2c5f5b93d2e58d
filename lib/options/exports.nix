# What network modules and users publish for other modules, as small typed values: nobody reads another module's NixOS configuration.
# All attribute sets are lazy: reading one entry forces no other, and no fact.
{
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;
  inherit (netlib) references;

  connection.options = {
    label = lib.mkOption {
      type = types.singleLineStr;
      description = "What it is for, in a word or two.";
      example = "backup";
    };

    links = lib.mkOption {
      type = types.listOf netlib.types.link;
      default = [ ];
      description = "Pairs of who uses, and what is used.";
      example = [
        {
          from = "alpha";
          to = "vault";
        }
      ];
    };
  };
in
{
  options.exports = {
    networks = lib.mkOption {
      type = types.lazyAttrsOf (
        types.submodule (import ./exported-network.nix { inherit lib netlib references; })
      );
      default = { };
      description = ''
        IP networks and their members, by name: meshes and VPNs that modules make, and networks that nodes are in anyway.
        Addresses of nodes as seen from others, the topology and the detection of conflicts come from here.
      '';
      example = lib.literalExpression ''
        {
          lan = {
            description = "Ethernet in the cellar";
            preference = 20;
            subnets = [ "192.168.7.0/24" ];
            members.alpha.addresses = [ "192.168.7.10" ];
          };
        }
      '';
    };

    services = lib.mkOption {
      type = references.lazyAttrsOfMembers (
        types.lazyAttrsOf (
          types.submodule (import ./exported-service.nix { inherit lib netlib references; })
        )
      );
      default = { };
      description = "What listens on nodes and on externals, by their name and the name of the service.";
      example = lib.literalExpression ''
        {
          alpha.grafana = {
            port = 3000;
            scheme = "http";
          };
        }
      '';
    };

    members = lib.mkOption {
      type = types.lazyAttrsOf (types.lazyAttrsOf references.nodes);
      default = { };
      description = ''
        The nodes that take part in each instance of a network module, by the names of the module and of the instance, as selectors.
        The selector `module:<module>.<instance>` stands for them. Publish what users wrote without computing with it.
      '';
      example = {
        wireguard-mesh.wg0 = [
          "alpha"
          "beta"
        ];
      };
    };

    connections = lib.mkOption {
      type = types.lazyAttrsOf (types.submodule connection);
      default = { };
      description = ''
        Who uses whom, where no service says it with its `clients`: for pictures, and for nothing else. Name them after the module and the
        instance.
      '';
      example = lib.literalExpression ''
        {
          backup-main = {
            label = "backup";
            links = [ { from = "alpha"; to = "vault"; } ];
          };
        }
      '';
    };

    names = lib.mkOption {
      type = references.lazyAttrsOfMembers (types.listOf types.singleLineStr);
      default = { };
      description = ''
        Further names under which nodes and externals are known, beside their own and `<node>.<network>`: `ssh-access` lets their host keys
        be known by these as well.
      '';
      example = {
        alpha = [ "alpha.home.arpa" ];
      };
    };

    publicKeys = lib.mkOption {
      type = types.lazyAttrsOf (types.lazyAttrsOf types.singleLineStr);
      default = { };
      description = ''
        Public keys by kind and owner. A value may be a fact that is not gathered yet, so read only those that you need.
        Leave an entry out (`lib.optionalAttrs`) rather than conditional (`lib.mkIf`): the sets are lazy.
      '';
      example = lib.literalExpression ''
        {
          nix-cache.alpha = "alpha-1:4m3sQ1Zl0S1hGmYgU0H7X3Q7m8gYp0m3w0x2yT3bq8Y=";
        }
      '';
    };
  };
}
