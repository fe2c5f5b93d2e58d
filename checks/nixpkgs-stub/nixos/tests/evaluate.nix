# Evaluates one case on a nixpkgs: "good" when the configuration has the expected values, else what it has.
{ nixpkgs, case }:
let
  lib = import (nixpkgs + "/lib");
  test = import case;
  system = import (nixpkgs + "/nixos/lib/eval-config.nix") {
    system = null;
    modules = [
      ./base.nix
      test.configuration
    ];
  };
  got = test.values {
    inherit lib;
    inherit (system) config options;
  };
  wrong = lib.filterAttrs (
    name: value: !(test.expected ? ${name}) || test.expected.${name} != value
  ) got;
  missing = lib.attrNames (removeAttrs test.expected (lib.attrNames got));
in
if wrong == { } && missing == [ ] then
  "good"
else
  "got ${builtins.toJSON wrong}, and nothing for ${toString missing}"
