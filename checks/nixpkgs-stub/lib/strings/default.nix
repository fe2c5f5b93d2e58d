# Text: everything in `lib.strings`.
{ lib }:
import ./pieces.nix { inherit lib; }
// import ./escaping.nix { inherit lib; }
// import ./numbers.nix { inherit lib; }
