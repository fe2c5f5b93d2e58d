# How the nodes of a role, or of the network, are taken to their new systems one batch after the other.
{ lib, netlib, ... }:
let
  inherit (lib) types;
  inherit (netlib.types) amount;

  pause.options = {
    after = lib.mkOption {
      type = types.enum [
        "canary"
        "batch"
      ];
      description = "Whether the rollout waits once, after its canary, or after each batch but the last.";
      example = "canary";
    };

    deadline = lib.mkOption {
      type = types.ints.positive;
      default = 3600;
      description = "Seconds that the rollout waits for its approval. What happens then is `autoPromote`'s to say.";
      example = 600;
    };
  };

  # `usual` gives the default of each option, and how it is documented.
  optionsWith =
    usual:
    lib.mapAttrs (name: option: lib.mkOption (usual name // option)) {
      canary = {
        type = types.either types.bool types.str;
        description = ''
          Whether one node goes first, alone: true for the first one in the order of the rollout, or the name of a node.
          A name that the network's `rollout` says is its own canary; for roles it stands for true.
        '';
        example = "web1";
      };

      batches = {
        type = types.nonEmptyListOf amount;
        description = ''
          How many nodes have been taken after each batch, the canary included: a number, or a percentage of all nodes of the
          rollout, rounded down but at least 1. The last one is "100%". What an earlier batch has already reached adds none.
        '';
        example = [
          1
          "25%"
          "100%"
        ];
      };

      maxParallel = {
        type = types.nullOr amount;
        description = "How many nodes are activated at the same time. Null leaves it to the size of the batch.";
        example = 2;
      };

      maxUnavailable = {
        type = types.nullOr amount;
        description = ''
          How many nodes may be on their way, unhealthy or unreachable at the same time; those that already were use up their
          part, except nodes that were never deployed. Null sets no limit.
        '';
        example = "25%";
      };

      minHealthyTime = {
        type = types.ints.unsigned;
        description = "Seconds that the checks of a node must succeed without a break until it counts as healthy.";
        example = 30;
      };

      healthyDeadline = {
        type = types.ints.positive;
        description = "Seconds from its activation until a node must be healthy. Then it has failed.";
        example = 120;
      };

      progressDeadline = {
        type = types.ints.positive;
        description = "Seconds within which another node must become healthy, waiting for approval not counted. Then the rollout is aborted. At least `healthyDeadline`.";
        example = 900;
      };

      maxFailures = {
        type = types.either types.ints.unsigned netlib.types.percentage;
        description = "How many nodes may fail in the whole rollout until it is aborted; a percentage is rounded down.";
        example = 1;
      };

      pause = {
        type = types.nullOr (types.submodule pause);
        description = "Where the rollout waits for approval: on the terminal, or by `netlib approve`. Null goes on by itself.";
        example = {
          after = "canary";
          deadline = 1800;
        };
      };

      approvers = {
        type = types.attrsOf (types.listOf netlib.types.sshPublicKey);
        description = ''
          Whose approval counts, with their public SSH keys: `netlib approve` signs with one of them, and the deploy verifies it.
          When nobody is named, everybody who reaches the coordinator may approve, and the coordinator could claim that somebody did.
        '';
        example = lib.literalExpression ''
          { anna = [ "ssh-ed25519 AAAA… anna@laptop" ]; }
        '';
      };

      autoPromote = {
        type = types.bool;
        description = ''
          Whether a pause ends by itself at its deadline when nothing has failed so far. Otherwise the rollout stays paused, and the
          next deployment of the same plan goes on from there when it has been approved.
        '';
        example = true;
      };

      autoRevert = {
        type = types.enum [
          "node"
          "batch"
          "rollout"
        ];
        description = ''
          What goes back to the system before when more nodes have failed than `maxFailures` allows: the nodes that failed,
          all of their batch, or all that the rollout has taken, in reverse order. Within `maxFailures` it is the nodes that failed.
        '';
        example = "rollout";
      };

      onUnreachable = {
        type = types.enum [
          "skip"
          "fail"
        ];
        description = "Whether a node that cannot be reached is left out, or counts as failed.";
        example = "skip";
      };

      irreversible = {
        type = types.bool;
        description = ''
          Whether going back would do more harm than staying, as after a migration of data: then the rollout reverts nothing and
          pauses instead.
        '';
        example = true;
      };
    };

  builtIn = {
    canary = false;
    batches = [ "100%" ];
    maxParallel = null;
    maxUnavailable = null;
    minHealthyTime = 10;
    healthyDeadline = 300;
    progressDeadline = 600;
    maxFailures = 0;
    pause = null;
    approvers = { };
    autoPromote = false;
    autoRevert = "node";
    onUnreachable = "fail";
    irreversible = false;
  };

  # Which of the options somebody set, for those that take the others from elsewhere.
  defined =
    { options, ... }:
    {
      options.defined = lib.mkOption {
        type = types.listOf types.str;
        internal = true;
        readOnly = true;
        default = builtins.filter (name: options.${name}.highestPrio < 1500) (builtins.attrNames builtIn);
        description = "Options that are set.";
      };
    };
in
{
  # Roles take what they do not say from `usual`.
  config._module.args.rolloutOptions = usual: {
    imports = [ defined ];
    options = optionsWith usual;
  };

  options.rollout = lib.mkOption {
    type = types.submodule {
      imports = [ defined ];
      options = optionsWith (name: {
        default = builtIn.${name};
      });
    };
    default = { };
    description = ''
      Rollout of the network: what roles do not say for themselves. When it says `batches` or `canary`, the nodes without a
      role are rolled out too, together.
    '';
    example = {
      canary = true;
      batches = [
        "25%"
        "100%"
      ];
      maxUnavailable = 1;
    };
  };
}
