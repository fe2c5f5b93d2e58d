# A folder of pages about all options of netlib and of its network modules, as `nix build netlib#options` makes it.
{ lib, pkgs }:
let
  netlib = import ./. {
    nixpkgs = { inherit lib; };
    self.packages = { };
  };
  # A network of nobody: it has all options.
  inherit
    ((netlib.mkFlake
      {
        self.outPath = toString ../.;
        inputs = { };
      }
      {
        imports = builtins.attrValues (import ../modules);
        network.name = "options";
      }
    ).netlibConfigurations.default
    )
    documentation
    ;

  index =
    "# Options\n\n"
    + lib.concatMapStrings (name: "- [${name}](${name}.md)\n") (builtins.attrNames documentation);
  write = name: text: {
    name = "${name}.md";
    path = pkgs.writeText "${name}.md" text;
  };
in
pkgs.linkFarm "netlib-options" (lib.mapAttrsToList write (documentation // { README = index; }))
