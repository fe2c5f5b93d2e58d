# Flake outputs of one or several networks.
{
  lib,
  errors,
  network,
  nixpkgs,
  netlib,
}:
let
  outputs = import ./outputs.nix {
    inherit
      lib
      errors
      nixpkgs
      netlib
      ;
  };
  acrossNetworks = import ./across-networks.nix { inherit lib errors; };

  mkNetworks =
    { self, inputs }:
    modules:
    let
      evaluated = lib.mapAttrs (
        attribute: module:
        network.evaluate {
          inherit self inputs;
          # Values written inline in flake.nix have no file of their own; paths keep theirs.
          module.imports = [
            (lib.setDefaultModuleLocation "${self}/flake.nix" module)
            # Weaker than what the user says; `default` says nothing about whose machines these are.
            (lib.setDefaultModuleLocation "netlib.lib.mkNetworks" (
              lib.optionalAttrs (attribute != "default") { network.name = lib.mkOptionDefault attribute; }
            ))
          ];
          check = acrossNetworks.check evaluated;
          deployerSystems = builtins.attrNames netlib.packages;
        }
      ) modules;
    in
    outputs evaluated;
in
{
  /**
    Flake outputs of several networks: `{ <network> = module; … }`.

    # Type

    ```
    mkNetworks :: { self; inputs; } -> { <network> = module; } -> outputs
    ```

    # Example

    ```nix
    outputs = { self, netlib, ... }@inputs:
      netlib.lib.mkNetworks { inherit self inputs; } {
        home = ./home.nix;
        office = ./office.nix;
      };
    ```
  */
  inherit mkNetworks;

  /**
    Flake outputs of one network, which is called `default`.

    # Type

    ```
    mkFlake :: { self; inputs; } -> module -> outputs
    ```

    # Example

    ```nix
    outputs = { self, netlib, ... }@inputs:
      netlib.lib.mkFlake { inherit self inputs; } {
        imports = [ netlib.modules.wireguard-mesh ];
        network.name = "home";
        nodes.alpha.configuration = ./alpha.nix;
      };
    ```
  */
  mkFlake = arguments: module: mkNetworks arguments { default = module; };
}
