# Evaluates NixOS modules; the arguments and the result are those of the real eval-config.nix.
evalConfigArgs@{
  system ? builtins.currentSystem,
  pkgs ? null,
  baseModules ? import ../modules/module-list.nix,
  extraArgs ? { },
  specialArgs ? { },
  modules,
  modulesLocation ? (builtins.unsafeGetAttrPos "modules" evalConfigArgs).file or null,
  prefix ? [ ],
  lib ? (import ../../lib).extend (import ./release.nix { }).libOverlay,
  extraModules ? [ ],
}:
let
  argumentsModule = {
    _file = ./eval-config.nix;
    key = ./eval-config.nix;
    config = lib.mkMerge [
      (lib.mkIf (system != null) { nixpkgs.system = lib.mkDefault system; })
      (lib.mkIf (pkgs != null) { nixpkgs.pkgs = pkgs; })
      {
        _module.args = {
          inherit
            baseModules
            extraModules
            modules
            noUserModules
            ;
        }
        // extraArgs;
      }
    ];
  };

  noUserModules = lib.evalModules {
    inherit prefix;
    class = "nixos";
    specialArgs = {
      modulesPath = toString ../modules;
    }
    // specialArgs;
    modules = baseModules ++ extraModules ++ [ argumentsModule ];
  };

  userModules =
    if modulesLocation == null then
      modules
    else
      map (lib.setDefaultModuleLocation modulesLocation) modules;

  withExtras =
    configuration:
    configuration
    // {
      inherit extraArgs lib;
      inherit (configuration._module.args) pkgs;
      extendModules = arguments: withExtras (configuration.extendModules arguments);
    };
in
withExtras (noUserModules.extendModules { modules = userModules; })
