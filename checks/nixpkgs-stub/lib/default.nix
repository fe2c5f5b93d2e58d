# A small nixpkgs `lib` for tests: the module system and the functions netlib's Nix code uses.
# Imported without arguments, as the real one is.
let
  load = file: import file { inherit lib; };

  namespaces = {
    trivial = load ./trivial.nix;
    fixedPoints = load ./fixed-points.nix;
    attrsets = load ./attrsets.nix // load ./attrsets-deep.nix;
    lists = load ./lists.nix // load ./lists-search.nix;
    strings = load ./strings;
    versions = load ./versions.nix;
    asserts = load ./asserts.nix;
    debug = load ./debug.nix;
    derivations = load ./derivations.nix;
    customisation = load ./customisation.nix;
    generators = load ./generators.nix;
    cli = load ./cli.nix;
    sources = load ./sources.nix;
    licenses = load ./licenses.nix;
    meta = load ./meta.nix;
    platforms = load ./platforms.nix;
    maintainers = { };
    teams = { };
    systems = load ./systems.nix;
    options = load ./options;
    types = load ./types;
    modules = load ./modules;
    inherit lib;
  };

  # Namespaces whose members are also reachable from `lib` itself.
  flattened =
    with namespaces;
    trivial
    // fixedPoints
    // attrsets
    // lists
    // strings
    // asserts
    // debug
    // derivations
    // customisation
    // sources
    // meta
    // options
    // modules;

  lib = removeAttrs flattened [ "isType" ] // namespaces // { inherit (namespaces.types) isType setType isOptionType mkOptionType; };
in
lib
