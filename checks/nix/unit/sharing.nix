# One package set for all nodes that ask nothing special of it, and another one for each that does.
{ subject, ... }:
let
  inherit (subject) lib;
  system = "x86_64-linux";
  importedWith =
    overlays:
    import (subject.pin.outPath + "/.") {
      inherit system overlays;
      config = { };
    };

  # The linter of shell scripts needs Haskell, which not every tree has.
  withoutLinter = _: pkgs: {
    shellcheck-minimal = pkgs.writeText "no-linter" "" // {
      compiler.bootstrapAvailable = false;
    };
  };
  pin = {
    inherit (subject.pin) lib outPath;
    legacyPackages.${system} = importedWith [
      withoutLinter
      (_: _: { isShared = true; })
    ];
  };

  bare = {
    boot.loader.grub.enable = false;
    fileSystems."/" = {
      device = "/dev/disk/by-label/nixos";
      fsType = "ext4";
    };
    system.stateVersion = "26.05";
  };

  network = subject.outputsOf {
    default = {
      network.name = "home";
      defaults.nixos = bare;
      nodes = lib.mapAttrs (_: configuration: {
        nixpkgs = lib.mkDefault pin;
        nixos = configuration;
      }) configurations;
    };
  };
  configurations = {
    plain = { };
    # As nixos-generate-config writes it.
    generated =
      { lib, ... }:
      {
        nixpkgs.hostPlatform = lib.mkDefault "x86_64-linux";
      };
    overlay.nixpkgs.overlays = [ (_: _: { fromOverlay = true; }) ];
    settings.nixpkgs.config.allowUnfree = true;
    tuned.nixpkgs.hostPlatform = {
      inherit system;
      gcc.arch = "skylake";
    };
    cross.nixpkgs.buildPlatform = "aarch64-linux";
    own.nixpkgs.pkgs = importedWith [ (_: _: { isOwn = true; }) ];
  };
  systemOf = name: network.nixosConfigurations.${name};
  pkgsOf = name: (systemOf name).pkgs;
  # netlib's own definition counts, and nothing else does; making the package sets to see would take gigabytes.
  isShared = name: (systemOf name).options.nixpkgs.pkgs.highestPrio == 1250;

  toplevelOf =
    node:
    (subject.evaluate {
      network.name = "home";
      defaults.nixos = bare;
      nodes.alpha = node;
    }).toplevels.alpha;
  # A path has no package set to share.
  unshared = toplevelOf {
    nixpkgs = subject.pin.outPath;
    nixos.nixpkgs.overlays = [ withoutLinter ];
  };
in
{
  "nodes share a package set unless they ask for one of their own" = {
    expr = lib.mapAttrs (name: _: isShared name) configurations;
    expected = {
      plain = true;
      generated = true;
      overlay = false;
      settings = false;
      tuned = false;
      cross = false;
      own = false;
    };
  };
  "what a node asks of its package set is what it gets" = {
    expr = {
      overlay = (pkgsOf "overlay").fromOverlay;
      settings = (pkgsOf "settings").config.allowUnfree;
      shared = (pkgsOf "plain").isShared;
      own = (pkgsOf "own").isOwn;
    };
    expected = {
      overlay = true;
      settings = true;
      shared = true;
      own = true;
    };
  };
  "sharing changes no system" = {
    expr = (toplevelOf { nixpkgs = pin; }).drvPath == unshared.drvPath;
    expected = true;
  };
  "a node's warnings travel with its toplevel" = {
    expr =
      (toplevelOf {
        nixpkgs = pin;
        nixos.warnings = [ "this one is old" ];
      }).meta.netlib.warnings;
    expected = [ "this one is old" ];
  };
}
