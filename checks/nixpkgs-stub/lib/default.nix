# A small nixpkgs `lib` for tests: the module system and the functions netlib's Nix code uses.
# Imported without arguments, as the real one is.
let
  # Names the real lib does not have: code that used them would work here only.
  hidden = import ./hidden.nix;
  hide = name: set: removeAttrs set (hidden.${name} or [ ]);

  # overlays: functions of the finished lib and of the lib before them, as for `lib.extend`.
  make =
    overlays:
    let
      # The parts see all of each other; what users see is `public`.
      load = file: import file { lib = internal; };

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
        filesystem = load ./filesystem.nix;
        stringsWithDeps = load ./strings-with-deps.nix;
        licenses = load ./licenses.nix;
        meta = load ./meta.nix;
        platforms = load ./platforms.nix;
        maintainers = { };
        teams = { };
        systems = load ./systems.nix;
        options = load ./options;
        types = load ./types;
        modules = load ./modules;
      };

      # Namespaces whose members are also reachable from `lib` itself.
      flattened =
        with namespaces;
        import ./builtins.nix
        // trivial
        // fixedPoints
        // attrsets
        // lists
        # `replicate` is the one for lists.
        // removeAttrs strings [ "replicate" ]
        // asserts
        // debug
        // derivations
        // customisation
        // sources
        // filesystem
        // stringsWithDeps
        // meta
        // options
        # `importJSON` and `importTOML` are those that read values.
        // removeAttrs modules [
          "importJSON"
          "importTOML"
        ]
        // {
          inherit (types)
            isType
            setType
            isOptionType
            mkOptionType
            defaultFunctor
            defaultTypeMerge
            ;
          inherit (versions) splitVersion;
        };

      plain = removeAttrs flattened hidden.top // builtins.mapAttrs hide namespaces;
      changes = builtins.foldl' (done: overlay: done // overlay public (plain // done)) { } overlays;

      internal = flattened // namespaces // changes // { inherit public; };
      public =
        plain
        // {
          extend = overlay: make (overlays ++ [ overlay ]);
        }
        // changes;
    in
    public;
in
make [ ]
