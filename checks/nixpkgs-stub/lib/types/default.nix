# Option types: everything in `lib.types`.
{ lib }:
let
  types =
    import ./kernel.nix { inherit lib; }
    // import ./numbers.nix { inherit lib; }
    // import ./text.nix { inherit lib; }
    // import ./loose.nix { inherit lib; }
    // import ./collections.nix { inherit lib; }
    // import ./combinators.nix { inherit lib; }
    // import ./modules.nix { inherit lib; }
    // import ./functions.nix { inherit lib; }
    // {
      inherit types;
    };
in
types
