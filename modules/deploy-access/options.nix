# Options of deploy-access.
{
  config,
  lib,
  netlib,
}:
let
  inherit (lib) types;
  inherit (netlib.references) nodes;

  deployer.options = {
    keys = lib.mkOption {
      type = types.listOf netlib.types.sshPublicKey;
      default = [ ];
      description = "Public keys of the deployer, as in `.pub` files: a person's, or the key of a machine that deploys by itself.";
      example = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG anna"
      ];
    };

    nodes = lib.mkOption {
      type = nodes;
      default = builtins.attrNames config.nodes;
      defaultText = lib.literalMD "all nodes";
      description = "Selectors of the nodes that the deployer may deploy to.";
      example = [ "@staging" ];
    };

    permissions = lib.mkOption {
      type = types.listOf netlib.types.sshPermission;
      default = [ ];
      description = ''
        What the keys may do beside running commands. netlib needs none of it: people who want a shell on the nodes need `pty`. Where
        `target.sshOptions` of a node jumps through another one, `port-forwarding` is added there.
      '';
      example = [ "pty" ];
    };

    from = lib.mkOption {
      type = types.listOf (types.either netlib.types.address netlib.types.cidr);
      default = [ ];
      description = "Addresses and networks from which the keys are accepted; none means from everywhere.";
      example = [ "192.0.2.0/24" ];
    };
  };
in
{
  deployers = lib.mkOption {
    type = types.attrsOf (types.submodule deployer);
    default = { };
    description = ''
      Who may deploy, by name. Whoever deploys to a node decides everything on it: its deployers are its administrators.
    '';
    example = lib.literalExpression ''
      {
        anna.keys = [ "ssh-ed25519 AAAA… anna@laptop" ];
        ci = {
          keys = [ "ssh-ed25519 AAAA… ci" ];
          nodes = [ "@staging" ];
        };
      }
    '';
  };

  minimum = lib.mkOption {
    type = types.ints.positive;
    default = 1;
    description = "How many deployers each node must have. With two, one lost key leaves somebody who can put it right.";
    example = 2;
  };

  accounts = lib.mkOption {
    type = types.listOf netlib.types.word;
    default = [ ];
    description = ''
      Further accounts that deployers may use beside the one of `nodes.<name>.target.user`. To move to another account, name it here,
      deploy, and only then change `target.user`.
    '';
    example = [ "deploy" ];
  };

  unmanaged = lib.mkOption {
    type = nodes;
    default = builtins.filter (name: config.nodes.${name}.target.local) (
      builtins.attrNames config.nodes
    );
    defaultText = lib.literalMD "the nodes with `target.local`";
    description = "Selectors of the nodes whose access is arranged elsewhere: nothing is contributed to them and nothing is demanded of them.";
    example = [ "workstation" ];
  };
}
