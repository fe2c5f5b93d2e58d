# mkDefault, mkForce, mkOverride and what they do together.
{
  lib,
  types,
  value,
  option,
  config,
  mkOption,
  ...
}:
let
  inherit (lib)
    mkDefault
    mkForce
    mkIf
    mkMerge
    mkOptionDefault
    mkOverride
    ;
in
{
  a-plain-definition-beats-mkDefault = {
    expr = value types.int [
      (mkDefault 1)
      2
    ];
    expected = 2;
  };
  mkForce-beats-a-plain-definition = {
    expr = value types.int [
      2
      (mkForce 3)
    ];
    expected = 3;
  };
  mkVMOverride-beats-mkForce = {
    expr = value types.int [
      (lib.mkVMOverride 4)
      (mkForce 3)
    ];
    expected = 4;
  };
  mkOverride-takes-any-number = {
    expr = value types.int [
      (mkOverride 900 1)
      (mkOverride 901 2)
    ];
    expected = 1;
  };
  mkDefault-beats-the-default-of-the-option = {
    expr =
      (config [
        {
          options.v = mkOption {
            type = types.int;
            default = 1;
          };
          config.v = mkDefault 2;
        }
      ]).v;
    expected = 2;
  };
  mkOptionDefault-merges-with-the-default = {
    expr =
      lib.sort lib.lessThan
        (config [
          {
            options.v = mkOption {
              type = types.listOf types.int;
              default = [ 1 ];
            };
            config.v = mkOptionDefault [ 2 ];
          }
        ]).v;
    expected = [
      1
      2
    ];
  };
  a-definition-replaces-the-default-of-a-list = {
    expr =
      (config [
        {
          options.v = mkOption {
            type = types.listOf types.int;
            default = [ 1 ];
          };
          config.v = [ 2 ];
        }
      ]).v;
    expected = [ 2 ];
  };
  equal-definitions-do-not-conflict = {
    expr = value types.int [
      7
      7
    ];
    expected = 7;
  };
  mkForce-keeps-only-forced-list-definitions = {
    expr = value (types.listOf types.int) [
      [ 1 ]
      (mkForce [ 2 ])
      [ 3 ]
    ];
    expected = [ 2 ];
  };
  several-forced-lists-are-joined = {
    expr = value (types.listOf types.int) [
      (mkForce [ 1 ])
      (mkForce [ 2 ])
      [ 3 ]
    ];
    expected = [
      2
      1
    ];
  };
  mkForce-inside-an-attribute-set = {
    expr = value (types.attrsOf types.int) [
      {
        a = 1;
        b = 1;
      }
      { a = mkForce 2; }
    ];
    expected = {
      a = 2;
      b = 1;
    };
  };
  mkForce-of-a-whole-attribute-set = {
    expr = value (types.attrsOf types.int) [
      {
        a = 1;
        b = 1;
      }
      (mkForce { a = 2; })
    ];
    expected.a = 2;
  };
  mkForce-reaches-into-a-set-of-options = {
    expr =
      (config [
        {
          options.a.b.c = mkOption { type = types.int; };
          config = mkMerge [
            { a.b.c = 1; }
            { a = mkForce { b.c = 2; }; }
          ];
        }
      ]).a.b.c;
    expected = 2;
  };
  mkDefault-around-a-whole-config = {
    expr = config [
      {
        options.a = mkOption { type = types.int; };
        options.b = mkOption { type = types.int; };
        config = mkDefault {
          a = 1;
          b = 1;
        };
      }
      { a = 2; }
    ];
    expected = {
      a = 2;
      b = 1;
    };
  };
  mkDefault-around-a-submodule-leaves-one-definition = {
    expr =
      (value
        (types.submodule {
          options.x = mkOption {
            type = types.int;
            default = 0;
          };
        })
        [
          (mkDefault { x = 1; })
          { }
        ]
      ).x;
    expected = 0;
  };
  mkDefault-inside-mkIf = {
    expr = value types.int [
      (mkIf true (mkDefault 1))
      2
    ];
    expected = 2;
  };
  mkMerge-of-priorities = {
    expr = value types.int [
      (mkMerge [
        (mkDefault 1)
        (mkForce 2)
      ])
      3
    ];
    expected = 2;
  };
  mkDefault-of-null-is-a-definition = {
    expr = value (types.nullOr types.int) [ (mkDefault null) ];
    expected = null;
  };
  highestPrio-of-a-plain-definition = {
    expr = (option types.int [ 1 ]).highestPrio;
    expected = 100;
  };
  highestPrio-of-a-forced-definition = {
    expr =
      (option types.int [
        1
        (mkForce 2)
      ]).highestPrio;
    expected = 50;
  };
  highestPrio-of-a-default = {
    expr =
      (lib.evalModules { modules = [ { options.v = mkOption { default = 1; }; } ]; })
      .options.v.highestPrio;
    expected = 1500;
  };
  a-default-below-every-definition-is-not-merged = {
    expr = value (types.attrsOf types.int) [
      (mkDefault { a = 1; })
      { b = 2; }
    ];
    expected.b = 2;
  };
  two-plain-definitions-conflict = {
    error = "conflict";
    mentions = [
      "v"
      "def1.nix"
      "def2.nix"
    ];
    expr = value types.int [
      1
      2
    ];
  };
  two-mkDefaults-conflict = {
    error = "conflict";
    mentions = [
      "def1.nix"
      "def2.nix"
    ];
    expr = value types.int [
      (mkDefault 1)
      (mkDefault 2)
    ];
  };
  mkForce-does-not-look-through-mkIf = {
    error = "wrong-type";
    mentions = [ "def1.nix" ];
    expr = value types.int [ (mkForce (mkIf true 1)) ];
  };
}
