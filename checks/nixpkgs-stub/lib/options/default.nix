# Option declarations: everything in `lib.options`.
{ lib }:
import ./declare.nix { inherit lib; }
// import ./show.nix { inherit lib; }
// import ./merge.nix { inherit lib; }
// import ./document.nix { inherit lib; }
