# The module system: everything in `lib.modules`.
{ lib }:
import ./properties.nix { inherit lib; }
// import ./evaluate.nix { inherit lib; }
// import ./merge.nix { inherit lib; }
// import ./locate.nix { inherit lib; }
// import ./rename.nix { inherit lib; }
// import ./alias.nix { inherit lib; }
