/**
  netlib's library: everything that a user's flake or a network module calls.

  `nixpkgs` is the tree whose `lib` evaluates networks, `self` is netlib's own flake (its binary becomes the users' apps).
*/
{ nixpkgs, self }:
let
  lib = nixpkgs.lib;
  errors = import ./errors.nix { inherit lib; };
  ip = import ./ip { inherit lib; };
  types = import ./types.nix { inherit lib ip errors; };
  graph = import ./order/graph.nix { inherit lib; };
  network = import ./network.nix {
    inherit
      lib
      errors
      ip
      types
      graph
      nixpkgs
      ;
  };
in
{
  inherit ip types graph;
  ssh = import ./ssh.nix { inherit lib; };
  base64 = import ./base64.nix { inherit lib; };
  request = import ./plan/argument.nix;
  inherit
    (import ./mk-flake.nix {
      inherit
        lib
        errors
        network
        nixpkgs
        ;
      netlib = self;
    })
    mkFlake
    mkNetwork
    mkNetworks
    ;

  /**
    A nixpkgs that is a path, made into one that several nodes can share: what it yields is made once.

    # Type

    ```
    pin :: path -> pin
    ```

    # Example

    ```nix
    let stable = netlib.lib.pin (fetchTarball { url = "https://example.org/nixpkgs.tar.gz"; sha256 = "…"; });
    in { nodes.alpha.nixpkgs = stable; nodes.beta.nixpkgs = stable; }
    ```
  */
  pin = import ./pin.nix;
}
