# What `options` says about an option: definitions, files, declarations; apply, defaults, read-only.
{
  lib,
  types,
  config,
  options,
  option,
  mkOption,
  int,
  ...
}:
{
  isDefined = {
    expr = [
      (option types.int [ 1 ]).isDefined
      (option types.int [ ]).isDefined
    ];
    expected = [
      true
      false
    ];
  };
  a-default-is-a-definition = {
    expr = (options [ { options.v = mkOption { default = 1; }; } ]).v.isDefined;
    expected = true;
  };
  value = {
    expr = (option types.int [ 4 ]).value;
    expected = 4;
  };
  definitions = {
    expr =
      (option (types.listOf types.int) [
        [ 1 ]
        [ 2 ]
      ]).definitions;
    expected = [
      [ 2 ]
      [ 1 ]
    ];
  };
  files = {
    expr =
      (option (types.listOf types.int) [
        [ 1 ]
        [ 2 ]
      ]).files;
    expected = [
      "def2.nix"
      "def1.nix"
    ];
  };
  files-of-overridden-definitions-are-left-out = {
    expr =
      (option types.int [
        (lib.mkDefault 1)
        2
      ]).files;
    expected = [ "def2.nix" ];
  };
  definitionsWithLocations = {
    expr = map (d: { inherit (d) file value; }) (option types.int [ 5 ]).definitionsWithLocations;
    expected = [
      {
        file = "def1.nix";
        value = 5;
      }
    ];
  };
  declarations = {
    expr = (option types.int [ ]).declarations;
    expected = [ "decl.nix" ];
  };
  loc = {
    expr = (options [ { options.a.b = int; } ]).a.b.loc;
    expected = [
      "a"
      "b"
    ];
  };
  an-option-prints-as-its-path = {
    expr = toString (options [ { options.a."x y" = int; } ]).a."x y";
    expected = "a.\"x y\"";
  };
  type-and-description = {
    expr =
      let
        o =
          (options [
            {
              options.v = mkOption {
                type = types.int;
                description = "A number.";
                example = 3;
                default = 1;
              };
            }
          ]).v;
      in
      [
        o.type.name
        o.description
        o.example
        o.default
      ];
    expected = [
      "int"
      "A number."
      3
      1
    ];
  };
  apply-changes-the-value = {
    expr =
      (config [
        {
          options.v = mkOption {
            default = 1;
            apply = x: x + 1;
          };
        }
      ]).v;
    expected = 2;
  };
  apply-comes-after-merging = {
    expr =
      (config [
        {
          options.v = mkOption {
            type = types.listOf types.int;
            apply = lib.length;
          };
        }
        { v = [ 1 ]; }
        { v = [ 2 ]; }
      ]).v;
    expected = 2;
  };
  definitions-are-before-apply = {
    expr =
      (options [
        {
          options.v = mkOption {
            default = 1;
            apply = x: x + 1;
          };
        }
      ]).v.definitions;
    expected = [ 1 ];
  };
  a-default-may-depend-on-config = {
    expr =
      (config [
        ({ config, ... }: {
          options.a = mkOption { default = 1; };
          options.b = mkOption { default = config.a + 1; };
        })
      ]).b;
    expected = 2;
  };
  read-only-with-a-default = {
    expr =
      (config [
        {
          options.v = mkOption {
            readOnly = true;
            default = 1;
          };
        }
      ]).v;
    expected = 1;
  };
  read-only-with-one-definition = {
    expr =
      (config [
        { options.v = mkOption { readOnly = true; }; }
        { v = 1; }
      ]).v;
    expected = 1;
  };
  mkEnableOption = {
    expr =
      let
        o = lib.mkEnableOption "the thing";
      in
      [
        o.default
        o.example
        o.type.name
        (lib.hasInfix "the thing" o.description)
      ];
    expected = [
      false
      true
      "bool"
      true
    ];
  };
  mkPackageOption = {
    expr =
      (config [
        {
          options.v = lib.mkPackageOption {
            hello = {
              type = "derivation";
              name = "hello";
              outPath = "/x";
            };
          } "hello" { };
        }
      ]).v.name;
    expected = "hello";
  };
  mkPackageOption-documents-its-default = {
    expr =
      (lib.mkPackageOption { a.b = 1; } "thing" {
        default = [
          "a"
          "b"
        ];
      }).defaultText.text;
    expected = "pkgs.a.b";
  };
  mkPackageOption-nullable = {
    expr =
      (config [
        {
          options.v = lib.mkPackageOption { } "thing" {
            nullable = true;
            default = null;
          };
        }
      ]).v;
    expected = null;
  };
  isOption = {
    expr = [
      (lib.isOption int)
      (lib.isOption { })
    ];
    expected = [
      true
      false
    ];
  };
  literalExpression = {
    expr = lib.literalExpression "pkgs.hello";
    expected = {
      _type = "literalExpression";
      text = "pkgs.hello";
    };
  };
  showOption = {
    expr = [
      (lib.showOption [
        "a"
        "b c"
        "*"
        "<name>"
        "d-e"
      ])
      (lib.showOption [
        "a.b"
        "1"
      ])
    ];
    expected = [
      "a.\"b c\".*.<name>.d-e"
      "\"a.b\".\"1\""
    ];
  };
  showFiles = {
    expr = lib.showFiles [
      "a.nix"
      "b.nix"
    ];
    expected = "`a.nix' and `b.nix'";
  };
  mkDefinition-names-its-file = {
    expr =
      (option types.int [
        (lib.modules.mkDefinition {
          file = "elsewhere.nix";
          value = 1;
        })
      ]).files;
    expected = [ "elsewhere.nix" ];
  };
  no-value = {
    error = "no-value";
    mentions = [ "v" ];
    expr = (option types.int [ ]).value;
  };
  read-only-twice = {
    error = "read-only";
    mentions = [
      "v"
      "decl.nix"
      "def.nix"
    ];
    expr =
      (config [
        {
          _file = "decl.nix";
          options.v = mkOption {
            readOnly = true;
            default = 1;
          };
        }
        {
          _file = "def.nix";
          v = 2;
        }
      ]).v;
  };
  read-only-is-stronger-than-mkForce = {
    error = "read-only";
    mentions = [
      "v"
      "def.nix"
    ];
    expr =
      (config [
        {
          options.v = mkOption {
            readOnly = true;
            default = 1;
          };
        }
        {
          _file = "def.nix";
          v = lib.mkForce 2;
        }
      ]).v;
  };
  a-default-of-the-wrong-type = {
    error = "wrong-type";
    mentions = [
      "v"
      "decl.nix"
    ];
    expr =
      (config [
        {
          _file = "decl.nix";
          options.v = mkOption {
            type = types.int;
            default = "x";
          };
        }
      ]).v;
  };
}
