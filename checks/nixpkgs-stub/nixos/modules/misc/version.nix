# The release of this pin and the state version of the configuration.
{
  config,
  lib,
  ...
}:
let
  pin = import ../../lib/release.nix { };
  inherit (lib) mkOption types;
in
{
  options.system = {
    stateVersion = mkOption {
      type = types.str;
      default = pin.release;
      defaultText = lib.literalMD "the release of this pin";
      example = "26.05";
      description = "The release whose defaults for stateful data the configuration was written for.";
    };
    configurationRevision = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = lib.literalExpression "self.rev or null";
      description = "The revision of the configuration's own repository.";
    };
    nixos = {
      release = mkOption {
        type = types.str;
        readOnly = true;
        default = pin.release;
        example = "26.11";
        description = "The release of this pin.";
      };
      version = mkOption {
        type = types.str;
        internal = true;
        default = pin.version;
        example = "26.11pre-stub";
        description = "The full version of this pin.";
      };
      versionSuffix = mkOption {
        type = types.str;
        internal = true;
        default = pin.suffix;
        example = "pre-stub";
        description = "What follows the release in the version.";
      };
      label = mkOption {
        type = types.strMatching "[a-zA-Z0-9:_\\.-]*";
        default = config.system.nixos.version;
        defaultText = lib.literalExpression "config.system.nixos.version";
        example = "26.11-test";
        description = "The label of this system in its name and in boot menus.";
      };
      distroId = mkOption {
        type = types.str;
        internal = true;
        default = "nixos";
        example = "nixos";
        description = "The id of the distribution.";
      };
    };
  };

}
