# Which package set the configuration uses, and the `pkgs` and `utils` arguments.
{
  config,
  options,
  lib,
  ...
}:
let
  cfg = config.nixpkgs;
  opt = options.nixpkgs;
  platformType = lib.types.either lib.types.str lib.types.attrs;
  isSet = option: option.highestPrio < (lib.mkOptionDefault { }).priority;

  systemOf = platform: if lib.isString platform then platform else platform.system;
  system = if isSet opt.hostPlatform then systemOf cfg.hostPlatform else cfg.system;

  own = import ../../.. {
    inherit system;
    inherit (cfg) config overlays;
  };
  given = if cfg.overlays == [ ] then cfg.pkgs else cfg.pkgs.appendOverlays cfg.overlays;
in
{
  options.nixpkgs = {
    pkgs = lib.mkOption {
      type = lib.types.pkgs // {
        description = "a package set";
      };
      default = own;
      defaultText = lib.literalMD "the package set of this pin";
      example = lib.literalExpression "import <nixpkgs> { }";
      description = "The package set to use; `nixpkgs.overlays` are applied on top of it.";
    };
    config = lib.mkOption {
      type = lib.types.attrs;
      default = { };
      example = {
        allowUnfree = true;
      };
      description = "Settings of the package set.";
    };
    overlays = lib.mkOption {
      type = lib.types.listOf (
        lib.mkOptionType {
          name = "nixpkgs-overlay";
          description = "nixpkgs overlay";
          check = lib.isFunction;
          merge = lib.mergeOneOption;
        }
      );
      default = [ ];
      example = lib.literalExpression "[ (final: prev: { }) ]";
      description = "Changes to the package set.";
    };
    hostPlatform = lib.mkOption {
      type = platformType;
      example = "x86_64-linux";
      apply = lib.systems.elaborate;
      description = "The platform the system runs on.";
    };
    buildPlatform = lib.mkOption {
      type = platformType;
      default = cfg.hostPlatform;
      defaultText = lib.literalExpression "config.nixpkgs.hostPlatform";
      example = "x86_64-linux";
      apply = lib.systems.elaborate;
      description = "The platform the system is built on.";
    };
    system = lib.mkOption {
      type = lib.types.str;
      default = throw "Set `nixpkgs.hostPlatform`: the configuration does not say what platform it is for.";
      defaultText = lib.literalMD "none";
      example = "x86_64-linux";
      description = "The platform, as older configurations name it; `nixpkgs.hostPlatform` comes before it.";
    };
    flake.source = lib.mkOption {
      type = lib.types.nullOr (lib.types.either lib.types.str lib.types.path);
      default = null;
      example = lib.literalExpression "inputs.nixpkgs.outPath";
      description = "Where this pin lies in the store, when it is used as a flake.";
    };
  };

  config = {
    _module.args = {
      pkgs = if isSet opt.pkgs then given else own;
      utils = import ../../lib/utils.nix { inherit lib; };
    };
    assertions = [
      {
        assertion = isSet opt.pkgs -> cfg.config == { };
        message = ''
          `nixpkgs.pkgs` is an instance made elsewhere, so `nixpkgs.config` has no effect: give these settings where the instance is made.
          Defined in: ${lib.concatMapStringsSep ", " toString opt.config.files}'';
      }
    ];
  };
}
