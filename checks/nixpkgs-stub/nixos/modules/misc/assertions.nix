# Conditions and warnings of the configuration; enforced by system/toplevel.nix.
{ lib, ... }:
{
  options = {
    assertions = lib.mkOption {
      type = lib.types.listOf lib.types.unspecified;
      internal = true;
      default = [ ];
      example = [
        {
          assertion = false;
          message = "a and b exclude each other";
        }
      ];
      description = "Conditions that must hold, each with the message to show when it does not.";
    };
    warnings = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      internal = true;
      default = [ ];
      example = [ "the option x goes away" ];
      description = "Texts to show when the system is evaluated.";
    };
  };
}
