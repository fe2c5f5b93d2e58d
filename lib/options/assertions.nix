# Checks of the whole network, done before any NixOS configuration is evaluated.
{ lib, ... }:
let
  inherit (lib) types;

  assertion.options = {
    assertion = lib.mkOption {
      type = types.bool;
      description = "What must hold.";
      example = lib.literalExpression "config.nodes != { }";
    };

    message = lib.mkOption {
      type = types.str;
      description = "What is wrong when it does not, and what to set.";
      example = "The network has no nodes. Add one: nodes.alpha.target.host = \"alpha.example.org\";";
    };

    cause = lib.mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "A word for what is wrong, for assertions that fail for no other reason.";
      example = "keys of anna";
    };

    causedBy = lib.mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Causes: where an assertion with one of them fails, this one says nothing that is new, and is not shown.";
      example = [ "keys of anna" ];
    };
  };
in
{
  options = {
    assertions = lib.mkOption {
      type = types.listOf (types.submodule assertion);
      default = [ ];
      description = "Conditions that must hold. All that fail are shown at once, and nothing is evaluated or deployed.";
      example = lib.literalExpression ''
        [
          {
            assertion = config.nodes != { };
            message = "The network has no nodes.";
          }
        ]
      '';
    };

    warnings = lib.mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Messages that are shown at each deployment and stop nothing.";
      example = [ "The node beta is still reached by its old address." ];
    };
  };
}
