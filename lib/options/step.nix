# One step of a deployment. Users write commands and order; netlib sets the rest for the steps that it generates.
{
  config,
  lib,
  netlib,
}:
let
  inherit (lib) types;

  nodeNames = builtins.attrNames config.nodes;
  kinds = import ../plan/kinds.nix {
    inherit lib;
    inherit (netlib) errors;
  };
in
{
  options = {
    kind = lib.mkOption {
      type = types.nullOr (
        types.enum (
          [
            "build"
            "copy"
            "activate"
          ]
          ++ builtins.attrNames kinds
        )
      );
      default = null;
      description = ''
        What the step does: ${
          lib.concatStringsSep "; " (lib.mapAttrsToList (kind: about: "`${kind}` ${about.does}") kinds)
        }. netlib sets it for the steps that it generates.
      '';
      example = "command";
    };

    node = lib.mkOption {
      type = types.nullOr (netlib.types.nodeRef nodeNames);
      default = null;
      description = "The node that the step concerns; commands say `on` instead.";
      example = "alpha";
    };

    on = lib.mkOption {
      type = types.nullOr (types.enum ([ "deployer" ] ++ nodeNames));
      default = null;
      description = "Where a command runs: on a node, as root, or on the `deployer`, as the user that runs netlib. Which node is restarted.";
      example = "database";
    };

    command = lib.mkOption {
      type = types.nullOr types.lines;
      default = null;
      description = "Shell script of a command, run with `set -eu`. It may run again when a deployment is repeated.";
      example = "migrate-the-shop --to-latest";
    };

    input = lib.mkOption {
      type = types.nullOr (
        types.submodule {
          options = {
            on = lib.mkOption {
              type = types.enum [ "deployer" ];
              default = "deployer";
              description = "Where the input is made.";
              example = "deployer";
            };
            program = lib.mkOption {
              type = types.lines;
              description = "Shell script, run with `set -eu`, whose output is the input of the command.";
              example = "age --decrypt --identity ~/.age/key secrets/db.age";
            };
            packages = netlib.types.packages "age" "Packages whose programs it calls.";
          };
        }
      );
      default = null;
      description = ''
        A program of the deployer whose output a command on a node reads from stdin, over the node's own connection. The input ends only
        when the program succeeded: otherwise the command is ended, and the step failed. Nothing of it is logged, kept or shown.
      '';
      example = lib.literalExpression ''{ program = "age --decrypt --identity ~/.age/key secrets/db.age"; }'';
    };

    facts = lib.mkOption {
      type = types.attrsOf (types.strMatching ".+");
      default = { };
      description = "Facts that a command may say in a record, by name: the pattern that each value must match, as in `facts`.";
      example = {
        host-key = "ssh-ed25519 [A-Za-z0-9+/=]+";
      };
    };

    packages = netlib.types.packages "postgresql" "Packages of the pin of the node where the command runs, whose programs it calls.";

    timeout = lib.mkOption {
      type = netlib.types.duration;
      default = "10m";
      description = "How long a command may take; then it is ended, on its node too, and the step failed.";
      example = "1h";
    };

    forRestartOf = lib.mkOption {
      type = types.nullOr (netlib.types.nodeRef nodeNames);
      default = null;
      description = "Node whose restart the command prepares: it also runs where the goal carries out no commands but restarts this node, as `boot` does.";
      example = "alpha";
    };

    after = lib.mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = ''
        What must have succeeded before this step starts: ids of steps, and selectors of nodes, which stand for their activation and
        the checks that follow it. Definitions add up.
      '';
      example = [
        "role:database"
        "activate:alpha"
      ];
    };

    before = lib.mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "What starts only when this step has succeeded: ids of steps, and selectors of nodes, which stand for their activation.";
      example = [ "role:web" ];
    };
  };
}
