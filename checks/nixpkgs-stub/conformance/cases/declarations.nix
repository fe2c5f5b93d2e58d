# Options declared in several places, nested sets of options, definitions that fit none.
{
  lib,
  types,
  config,
  options,
  merged,
  int,
  str,
  mkOption,
  ...
}:
{
  nested-options-from-two-modules = {
    expr = config [
      {
        options.a.x = int;
        config.a.x = 1;
      }
      {
        options.a.y = int;
        config.a.y = 2;
      }
    ];
    expected.a = {
      x = 1;
      y = 2;
    };
  };
  deep-options = {
    expr = config [
      {
        options.a.b.c.d = int;
        config.a.b.c.d = 1;
      }
    ];
    expected.a.b.c.d = 1;
  };
  enums-are-joined = {
    expr = merged (types.enum [ "a" ]) (types.enum [ "b" ]) [ "b" ];
    expected = "b";
  };
  submodules-are-joined = {
    expr = merged (types.submodule { options.a = int; }) (types.submodule { options.b = int; }) [
      {
        a = 1;
        b = 2;
      }
    ];
    expected = {
      a = 1;
      b = 2;
    };
  };
  attrsOf-submodules-are-joined = {
    expr =
      merged (types.attrsOf (types.submodule { options.a = int; }))
        (types.attrsOf (types.submodule { options.b = int; }))
        [
          {
            x = {
              a = 1;
              b = 2;
            };
          }
        ];
    expected.x = {
      a = 1;
      b = 2;
    };
  };
  listOf-enums-are-joined = {
    expr = merged (types.listOf (types.enum [ "a" ])) (types.listOf (types.enum [ "b" ])) [
      [
        "a"
        "b"
      ]
    ];
    expected = [
      "a"
      "b"
    ];
  };
  nullOr-submodules-are-joined = {
    expr =
      merged (types.nullOr (types.submodule { options.a = int; }))
        (types.nullOr (types.submodule { options.b = int; }))
        [
          {
            a = 1;
            b = 2;
          }
        ];
    expected = {
      a = 1;
      b = 2;
    };
  };
  deferredModules-are-joined = {
    expr =
      (lib.evalModules {
        modules = [
          (merged (types.deferredModuleWith { staticModules = [ { options.a = int; } ]; })
            (types.deferredModuleWith { staticModules = [ { options.b = int; } ]; })
            [
              {
                a = 1;
                b = 2;
              }
            ]
          )
        ];
      }).config;
    expected = {
      a = 1;
      b = 2;
    };
  };
  equal-types-are-one = {
    expr = merged types.int types.int [ 1 ];
    expected = 1;
  };
  a-type-and-no-type = {
    expr =
      (config [
        { options.v = mkOption { type = types.int; }; }
        { options.v = mkOption { description = "A number."; }; }
        { v = 1; }
      ]).v;
    expected = 1;
  };
  declarations-name-both-files = {
    expr =
      lib.sort lib.lessThan
        (options [
          {
            _file = "a.nix";
            options.v = mkOption { type = types.enum [ "a" ]; };
          }
          {
            _file = "b.nix";
            options.v = mkOption { type = types.enum [ "b" ]; };
          }
        ]).v.declarations;
    expected = [
      "a.nix"
      "b.nix"
    ];
  };
  a-default-from-the-second-declaration = {
    expr =
      (config [
        { options.v = mkOption { type = types.int; }; }
        {
          options.v = mkOption {
            type = types.int;
            default = 4;
          };
        }
      ]).v;
    expected = 4;
  };
  two-defaults = {
    error = "declared-twice";
    mentions = [
      "v"
      "a.nix"
      "b.nix"
    ];
    expr =
      (config [
        {
          _file = "a.nix";
          options.v = mkOption { default = 1; };
        }
        {
          _file = "b.nix";
          options.v = mkOption { default = 1; };
        }
      ]).v;
  };
  two-types-that-do-not-go-together = {
    error = "declared-twice";
    mentions = [
      "v"
      "decl.nix"
      "decl2.nix"
    ];
    expr = merged types.int types.str [ 1 ];
  };
  submodules-of-two-classes = {
    error = "class-conflict";
    mentions = [
      "\"a\""
      "\"b\""
    ];
    expr =
      merged
        (types.submoduleWith {
          class = "a";
          modules = [ ];
        })
        (types.submoduleWith {
          class = "b";
          modules = [ ];
        })
        [ { } ];
  };
  submodules-with-the-same-specialArgs = {
    error = "same-special-args";
    mentions = [ "extra" ];
    expr =
      let
        type = types.submoduleWith {
          specialArgs.extra = 1;
          modules = [
            ({ extra, ... }: { config._module.args.given = extra; })
            { options.x = mkOption { }; }
          ];
        };
      in
      merged type type [ ({ extra, ... }: { x = extra; }) ];
  };
  an-unknown-option = {
    error = "unknown-option";
    mentions = [
      "a.y"
      "def.nix"
    ];
    expr = config [
      { options.a.x = int; }
      {
        _file = "def.nix";
        config.a.y = 1;
      }
    ];
  };
  an-unknown-option-set = {
    error = "unknown-option";
    mentions = [
      "b"
      "def.nix"
    ];
    expr = config [
      { options.a.x = int; }
      {
        _file = "def.nix";
        config.b.y.z = 1;
      }
    ];
  };
  an-unknown-option-under-mkIf-false = {
    error = "unknown-option";
    mentions = [ "a.y" ];
    expr = config [
      { options.a.x = int; }
      { config = lib.mkIf false { a.y = 1; }; }
    ];
  };
  asking-for-options-checks-too = {
    error = "unknown-option";
    mentions = [ "w" ];
    expr =
      (options [
        { options.v = str; }
        { w = 1; }
      ]).v.loc;
  };
  a-value-for-a-set-of-options = {
    error = "not-a-set";
    mentions = [
      "a"
      "def.nix"
      "int"
    ];
    expr = config [
      { options.a.x = int; }
      {
        _file = "def.nix";
        config.a = 1;
      }
    ];
  };
  a-value-among-options = {
    error = "not-a-set";
    mentions = [
      "v"
      "int"
    ];
    expr = config [ { options.v = 3; } ];
  };
  an-option-below-an-option = {
    error = "nested-options";
    mentions = [
      "a"
      "top.nix"
      "signed integer"
      "a.b"
    ];
    expr =
      (config [
        {
          _file = "top.nix";
          options.a = int;
        }
        { options.a.b = int; }
      ]).a;
  };
}
