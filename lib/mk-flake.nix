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

  # Who calls: a flake, or a plain file, which says where it lies.
  callerOf =
    arguments:
    if arguments ? root then
      {
        # Not a path: that would be copied to the store wherever it is used in a string.
        self.outPath = toString arguments.root;
        inputs = {
          inherit nixpkgs;
        }
        // arguments.inputs or { };
        inherit (builtins.unsafeGetAttrPos "root" arguments) file;
      }
    else
      {
        inherit (arguments) self inputs;
        # Values written inline in flake.nix have no file of their own; paths keep theirs.
        file = "${arguments.self}/flake.nix";
      };

  mkNetworks =
    arguments: modules:
    let
      inherit (callerOf arguments) self inputs file;
      evaluated = lib.mapAttrs (
        attribute: module:
        network.evaluate {
          inherit self inputs;
          module.imports = [
            (lib.setDefaultModuleLocation file module)
            # Weaker than what the user says; `default` says nothing about whose machines these are.
            (lib.setDefaultModuleLocation "netlib.lib.mkNetworks" {
              network.name =
                if attribute != "default" then
                  lib.mkOptionDefault attribute
                else
                  lib.mkOverride 1600 (
                    errors.fail "The option `network.name` has no value, in `${file}`.\nhelp: name the network: network.name = \"home\";"
                  );
            })
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
    mkNetworks :: ({ self; inputs; } | { root; inputs ? { }; }) -> { <network> = module; } -> outputs
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
        nodes.alpha.nixos = ./alpha.nix;
      };
    ```
  */
  mkFlake = arguments: module: mkNetworks arguments { default = module; };

  /**
    The value of a plain file that describes one network, for `netlib --file`.

    `root` is the folder of the file, beside which facts are kept; `inputs` is whatever the network's modules shall get by that name.

    # Type

    ```
    mkNetwork :: { root; inputs ? { }; } -> module -> outputs
    ```

    # Example

    ```nix
    netlib.lib.mkNetwork { root = ./.; } {
      network.name = "home";
      nodes.alpha.nixos = ./alpha.nix;
    }
    ```
  */
  mkNetwork = arguments: module: mkNetworks arguments { default = module; };
}
