# Settings of Nix: a marked block in the base system's nix.conf, and build machines.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.nix;

  atom = types.nullOr (
    types.oneOf [
      types.bool
      types.int
      types.float
      types.str
      types.path
      types.package
    ]
  );
  show =
    value:
    if value == null then
      ""
    else if lib.isBool value then
      lib.boolToString value
    else if lib.isList value then
      lib.concatMapStringsSep " " show value
    else
      toString value;

  texts =
    example: description:
    mkOption {
      type = types.listOf types.str;
      inherit example description;
      default = [ ];
    };

  # Only what the configuration asks for: the base system's own settings stay otherwise.
  asked = lib.filterAttrs (_: value: value != [ ] && value != null) cfg.settings;
  conf =
    lib.concatStrings (lib.mapAttrsToList (name: value: "${name} = ${show value}\n") asked)
    + lib.optionalString cfg.distributedBuilds "builders = @/etc/nix/machines\n"
    + cfg.extraOptions;
in
{
  imports = [ ./nix-build-machines.nix ];

  options.nix = {
    enable = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether to configure Nix.";
    };
    package = mkOption {
      type = types.package;
      default = pkgs.nix;
      defaultText = lib.literalExpression "pkgs.nix";
      example = lib.literalExpression "pkgs.nix";
      description = "The package with Nix's commands.";
    };
    settings = mkOption {
      type = types.submodule {
        freeformType = types.attrsOf (types.either atom (types.listOf atom));
        options = {
          substituters = texts [ "https://cache.example.org" ] "Caches to download from.";
          trusted-substituters = texts [ "https://cache.example.org" ] "Caches that any user may use.";
          trusted-public-keys = texts [ "cache.example.org-1:…" ] "Keys whose signatures are trusted.";
          trusted-users = texts [ "@wheel" ] "Users whose settings and unsigned paths are accepted.";
          allowed-users = texts [ "@users" ] "Users who may use Nix.";
          system-features = texts [ "kvm" ] "Features of this machine as a builder.";
        };
      };
      default = { };
      example = {
        cores = 2;
      };
      description = "Settings for nix.conf.";
    };
    extraOptions = mkOption {
      type = types.lines;
      default = "";
      example = "keep-outputs = true";
      description = "Text to add to nix.conf.";
    };
    nixPath = texts [ "nixpkgs=/etc/nixpkgs" ] "The search path; accepted without effect.";
    channel.enable = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether channels are used; accepted without effect.";
    };
    registry = mkOption {
      type = types.attrsOf types.attrs;
      default = { };
      example = { };
      description = "Flake registry; accepted without effect.";
    };
    optimise.automatic = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether to optimise the store regularly; accepted without effect.";
    };
  };

  config = lib.mkIf (cfg.enable && conf != "") {
    system.stub = {
      blocks."nix/nix.conf" = [ (pkgs.writeText "nix.conf" conf) ];
      reloads."nix-daemon.service" = conf;
    };
  };
}
