# What a deployment does and in which order. Each node has a build, a copy and an activate step.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;

  order.options = {
    nodes = lib.mkOption {
      type = netlib.types.selectors;
      description = "Selectors of the nodes that the order is about.";
      example = [
        "role:web"
        "@edge & !web1"
      ];
    };

    after = lib.mkOption {
      type = netlib.types.selectors;
      default = [ ];
      description = "Selectors of the nodes that come before them: each has been activated, and its checks have succeeded.";
      example = [ "role:database" ];
    };

    before = lib.mkOption {
      type = netlib.types.selectors;
      default = [ ];
      description = "Selectors of the nodes that come after them.";
      example = [ "role:monitoring" ];
    };

    soft = lib.mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether this order is a preference: where others say the opposite it does not count, instead of making a circle with them.
        Network modules of netlib have no others.
      '';
      example = true;
    };

    weight = lib.mkOption {
      type = types.int;
      default = 0;
      description = "Of soft orders that contradict each other, those of more weight count, then those first by name.";
      example = 10;
    };
  };

  refusal.options = {
    nodes = lib.mkOption {
      type = types.listOf types.str;
      description = "The nodes: it is refused to bring all of them to new systems at once.";
      example = [
        "alpha"
        "beta"
      ];
    };

    message = lib.mkOption {
      type = types.str;
      description = "Why not, and what to do, as a sentence without its full stop.";
      example = "alpha gets another key, and beta is activated before it. Put both into one batch";
    };
  };
in
{
  options.deploy = {
    refusals = lib.mkOption {
      type = types.listOf (types.submodule refusal);
      default = [ ];
      description = ''
        What a deployment is refused for, and its plan, where all nodes of an entry are selected. Unlike `assertions` it stops nothing
        else: facts are gathered, and other nodes are deployed.
      '';
      example = lib.literalExpression ''
        [
          {
            nodes = [ "alpha" "beta" ];
            message = "alpha gets another key, and beta is activated before it. Put both into one batch";
          }
        ]
      '';
    };

    steps = lib.mkOption {
      type = types.attrsOf (types.submodule (import ./step.nix { inherit config lib netlib; }));
      default = { };
      description = ''
        The steps of a deployment, by id. Each node has `build:<node>`, `copy:<node>` and `activate:<node>`, nodes that are checked
        from elsewhere have `check:<node>`, rollouts have `gate:<rollout>:<batch>`. Add commands of your own, or add to the `after`
        of a step for an order that `deploy.order` cannot say.
      '';
      example = lib.literalExpression ''
        {
          migrate = {
            kind = "command";
            on = "database";
            command = "migrate-the-shop";
            after = [ "role:database" ];
            before = [ "role:web" ];
          };
          "copy:beta".after = [ "activate:alpha" ];
        }
      '';
    };

    order = lib.mkOption {
      type = types.attrsOf (types.submodule order);
      default = { };
      description = "Which nodes are activated after or before which others, by a name of your choice.";
      example = lib.literalExpression ''
        {
          web-after-database = {
            nodes = [ "role:web" ];
            after = [ "database" ];
          };
        }
      '';
    };
  };
}
