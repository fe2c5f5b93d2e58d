# Plans: what `netlib run` carries out. `deploy` is one of them, and always there.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;

  goals = import ../plan/goal.nix { inherit lib; };

  program.options = {
    script = lib.mkOption {
      type = types.lines;
      description = "Shell script, run with `set -eu`. It may say records on descriptor 3, one JSON object a line (docs/plans.md).";
      example = "git -C /var/lib/site.git update-ref refs/heads/live refs/heads/next";
    };

    packages = netlib.types.packages "git" "Packages of the pin of the node where it runs, whose programs it calls.";

    timeout = lib.mkOption {
      type = netlib.types.duration;
      default = "1m";
      description = "How long it may take.";
      example = "5m";
    };
  };

  hook = {
    imports = [ program ];
    options.on = lib.mkOption {
      type = netlib.types.selectors;
      default = [ "*" ];
      description = "Selectors of the nodes where it runs, each as root, under the lock of the activation.";
      example = [ "role:web" ];
    };
  };

  hooksOf =
    description: example:
    lib.mkOption {
      type = types.attrsOf (types.submodule hook);
      default = { };
      inherit description;
      example = lib.literalExpression example;
    };

  argument.options = {
    description = lib.mkOption {
      type = types.singleLineStr;
      description = "What it says, for people.";
      example = "The git revision that goes live";
    };

    type = lib.mkOption {
      type = types.enum [
        "text"
        "number"
        "flag"
        "node"
      ];
      default = "text";
      description = "What it may be: any text, a whole number, nothing (a `flag` is there or not), or the name of a node.";
      example = "node";
    };

    position = lib.mkOption {
      type = types.nullOr types.ints.positive;
      default = null;
      description = "Its place among the words without a `--`, counted from 1. Null makes it an option, `--<name>`.";
      example = 1;
    };

    default = lib.mkOption {
      type = types.nullOr (
        types.oneOf [
          types.str
          types.int
          types.bool
        ]
      );
      default = null;
      description = "Its value where it is not given. Null means that it must be given; a flag that is not given is false.";
      example = "HEAD";
    };
  };

  request.options = {
    deploy = lib.mkOption {
      type = types.bool;
      default = true;
      description = "Whether the steps of a deployment are carried out, in order with those of the plan.";
      example = false;
    };

    steps = lib.mkOption {
      type = types.nullOr (types.listOf types.str);
      default = null;
      description = "Which of the plan's own steps are carried out, by id. Null means all.";
      example = [ "gather" ];
    };

    goal = lib.mkOption {
      type = types.nullOr (types.enum goals.names);
      default = null;
      description = "The goal of every node, where the command line has none.";
      example = "boot";
    };
  };

  override.options = {
    host = lib.mkOption {
      type = types.nullOr netlib.types.host;
      default = null;
      description = "Host name or address, instead of the node's own.";
      example = "192.0.2.7";
    };

    user = lib.mkOption {
      type = types.nullOr netlib.types.word;
      default = null;
      description = "Login name, instead of the node's own.";
      example = "root";
    };

    port = lib.mkOption {
      type = types.nullOr netlib.types.port;
      default = null;
      description = "TCP port of sshd, instead of the node's own.";
      example = 2222;
    };

    hostKey = lib.mkOption {
      type = types.nullOr (types.strMatching "[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}");
      default = null;
      description = "The only SSH host key that is accepted, whatever the deployer's known_hosts has.";
      example = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
    };
  };

  plan.options = {
    description = lib.mkOption {
      type = types.singleLineStr;
      description = "What the plan does, for people.";
      example = "Bring a revision of the site to all web servers";
    };

    arguments = lib.mkOption {
      type = types.attrsOf (types.submodule argument);
      default = { };
      description = "What is said after the plan's name on the command line, by name. `on`, `goal` and `reboot` are known to every plan.";
      example = lib.literalExpression ''
        {
          revision = { description = "The git revision that goes live"; position = 1; default = "HEAD"; };
        }
      '';
    };

    prepare = lib.mkOption {
      type = types.attrsOf (types.submodule program);
      default = { };
      description = ''
        Programs that run on the deployer, one after another by name, before the network is evaluated for the plan. They run although
        assertions of the network fail, may say `{"problem":"…"}`, which ends the run, and `{"flake":"…"}`, the reference of
        the flake that is evaluated from then on.
      '';
      example = lib.literalExpression ''
        {
          fetch.script = "git fetch origin && echo '{\"flake\":\"git+file:.?ref=refs/remotes/origin/main\"}' >&3";
        }
      '';
    };

    requests = lib.mkOption {
      type = types.nonEmptyListOf (types.submodule request);
      default = [ { } ];
      defaultText = lib.literalExpression "[ { } ]";
      description = ''
        What the run is made of: the steps of the first request end, then the network is evaluated afresh for the next one. A request that
        fails ends the run.
      '';
      example = lib.literalExpression ''[ { deploy = false; steps = [ "gather" ]; } { steps = [ ]; } ]'';
    };

    targets = lib.mkOption {
      type = types.functionTo (
        netlib.types.attrsOfNodes (builtins.attrNames config.nodes) (types.submodule override)
      );
      default = _: { };
      defaultText = lib.literalExpression "arguments: { }";
      description = "Where nodes are reached in this run, from the plan's arguments.";
      example = lib.literalExpression "arguments: { \${arguments.node}.host = arguments.at; }";
    };

    hooks = {
      beforeActivate = hooksOf "Programs that run on a node right before its system is activated, by name. A failure leaves the node as it is." ''{ secrets.script = "ln -sfn next /run/secrets"; }'';
      onConfirm = hooksOf "Programs that run on a node once its new system is confirmed, right before the profile is set to it, by name. A failure, or one that takes too long, takes the system back." ''{ live.script = "git -C /var/lib/site.git update-ref refs/heads/live refs/heads/next"; }'';
      onRollback = hooksOf "Programs that run on a node after it rolled back to the system from before, whoever brought it back, by name. A failure is said and changes nothing." ''{ secrets.script = "ln -sfn previous /run/secrets"; }'';
      onEnd = lib.mkOption {
        type = types.attrsOf (types.submodule program);
        default = { };
        description = "Programs that run on the deployer when the run ends, however it does, by name. None of them makes it fail.";
        example = lib.literalExpression ''{ tell.script = "curl --data @\"$NETLIB_CONTEXT\" https://chat.example.org/deploys"; }'';
      };
    };

    steps = lib.mkOption {
      type = types.attrsOf (types.submodule (import ./step.nix { inherit config lib netlib; }));
      default = { };
      description = "Steps of the plan's own, by id: as in `deploy.steps`, whose steps they may come before or after.";
      example = lib.literalExpression ''
        {
          dump = { kind = "command"; on = "old"; command = "pg_dumpall >/var/lib/dump"; before = [ "new" ]; };
        }
      '';
    };
  };
in
{
  options.plans = lib.mkOption {
    type = types.attrsOf (types.submodule plan);
    default = { };
    description = ''
      What `netlib run <name>` carries out (docs/plans.md). The plan `deploy` is always there: its steps and hooks are part of every
      deployment.
    '';
    example = lib.literalExpression ''
      {
        release = {
          description = "Bring a revision of the site to all web servers";
          arguments.revision = { description = "The git revision"; position = 1; };
          hooks.onConfirm.live.script = "git -C /var/lib/site.git update-ref refs/heads/live refs/heads/next";
        };
      }
    '';
  };

  config.plans.deploy.description = lib.mkDefault "Build, copy and activate the systems of the nodes";
}
