# How the nodes of a role, or of the network, are taken to their new systems one batch after the other.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;
  inherit (netlib.types) amount;
  inherit (netlib) renamed;

  # Options by their path in a rollout, as `defined` has them.
  pathOf = lib.splitString ".";
  timings = [
    "minHealthyTime"
    "healthyDeadline"
    "progressDeadline"
  ];

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
      type = netlib.types.duration;
      default = "1h";
      description = "How long the rollout waits for its approval. What happens then is `autoPromote`'s to say.";
      example = "10m";
    };
  };

  # `usual` gives the default of each option, and how it is documented.
  optionsWith =
    usual:
    let
      made = lib.mapAttrs (path: option: lib.mkOption (usual path // option)) described;
    in
    lib.foldl' lib.recursiveUpdate { } (
      lib.mapAttrsToList (path: option: lib.setAttrByPath (pathOf path) option) made
    )
    // lib.genAttrs timings (
      name:
      renamed.option [
        "timing"
        name
      ]
    );

  described = {
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

    "timing.minHealthyTime" = {
      type = netlib.types.delay;
      description = "How long the checks of a node must succeed without a break until it counts as healthy.";
      example = "30s";
    };

    "timing.healthyDeadline" = {
      type = netlib.types.duration;
      description = "How long after its activation a node must be healthy. Then it has failed.";
      example = "2m";
    };

    "timing.progressDeadline" = {
      type = netlib.types.duration;
      description = "Within which time another node must become healthy, waiting for approval not counted. Then the rollout is aborted. At least `healthyDeadline`.";
      example = "15m";
    };

    maxFailures = {
      type = types.either types.ints.unsigned netlib.types.percentage;
      description = "How many nodes may fail in the whole rollout until it is aborted; a percentage is rounded down.";
      example = 1;
    };

    pause = {
      type = types.nullOr (types.submodule pause);
      description = "Where the rollout waits for approval, by `netlib approve`. Null goes on by itself.";
      example = {
        after = "canary";
        deadline = "30m";
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
        What rolls back to the system before when more nodes have failed than `maxFailures` allows: the nodes that failed,
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
        Whether rolling back would do more harm than staying, as after a migration of data: then the rollout reverts nothing and
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
    "timing.minHealthyTime" = "10s";
    "timing.healthyDeadline" = "5m";
    "timing.progressDeadline" = "10m";
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
        default = builtins.filter (path: (lib.getAttrFromPath (pathOf path) options).highestPrio < 1500) (
          builtins.attrNames builtIn
        );
        description = "Options that are set.";
      };
    };

  rolloutOptions = usual: {
    imports = [ defined ];
    options = optionsWith usual;
  };

  # A name as the network's canary is its own; for others it stands for true.
  ofNetwork =
    path:
    let
      value = lib.getAttrFromPath (pathOf path) config.rollout;
    in
    if path == "canary" && builtins.isString value then true else value;
in
{
  # Roles take what they do not say from `usual`, by path.
  config._module.args = { inherit rolloutOptions ofNetwork; };

  options.rollout = lib.mkOption {
    type = types.submodule {
      imports = [ defined ];
      options = optionsWith (path: {
        default = builtIn.${path};
      });
    };
    default = { };
    description = ''
      What rollouts do not say for themselves: those of `rollouts` and of roles. When it says `batches` or `canary`, the nodes
      that have neither are rolled out too, together.
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

  options.rollouts = lib.mkOption {
    type = types.attrsOf (
      types.submodule {
        imports = [
          (rolloutOptions (path: {
            default = ofNetwork path;
            defaultText = lib.literalExpression "config.rollout.${path}";
          }))
        ];
        options.nodes = lib.mkOption {
          type = netlib.types.selectors;
          description = ''
            Selectors of the nodes that it takes. A node that several rollouts select is taken by the one that names it most
            specifically, and by none of its roles.
          '';
          example = [
            "@edge"
            "!edge1"
          ];
        };
      }
    );
    default = { };
    description = "Rollouts, by name: nodes that are taken to their new systems together. Roles may have their own.";
    example = lib.literalExpression ''
      {
        edge = {
          nodes = [ "@edge" ];
          canary = true;
          timing.minHealthyTime = "1m";
        };
      }
    '';
  };
}
