# mkIf and mkMerge.
{
  lib,
  types,
  value,
  option,
  config,
  declare,
  mkOption,
  ...
}:
let
  inherit (lib) mkIf mkMerge;
in
{
  mkIf-true-defines = {
    expr = value types.int [ (mkIf true 1) ];
    expected = 1;
  };
  mkIf-false-leaves-the-other-definition = {
    expr = value types.int [
      (mkIf false 1)
      2
    ];
    expected = 2;
  };
  mkIf-false-is-no-definition = {
    expr = (option types.int [ (mkIf false 1) ]).isDefined;
    expected = false;
  };
  mkIf-false-does-not-evaluate-its-content = {
    expr = value types.int [
      (mkIf false (throw "evaluated"))
      2
    ];
    expected = 2;
  };
  mkIf-nests = {
    expr = value (types.listOf types.int) [
      (mkIf true (mkIf false [ 1 ]))
      (mkIf true (mkIf true [ 2 ]))
    ];
    expected = [ 2 ];
  };
  mkMerge-joins = {
    expr = value (types.listOf types.int) [
      (mkMerge [
        [ 1 ]
        [ 2 ]
      ])
    ];
    expected = [
      1
      2
    ];
  };
  mkMerge-of-nothing-is-no-definition = {
    expr = (option types.int [ (mkMerge [ ]) ]).isDefined;
    expected = false;
  };
  mkMerge-holds-mkIf = {
    expr = value (types.listOf types.int) [
      (mkMerge [
        [ 1 ]
        (mkIf false [ 2 ])
        (mkIf true [ 3 ])
      ])
    ];
    expected = [
      1
      3
    ];
  };
  mkIf-around-a-whole-config-may-depend-on-config = {
    expr = config [
      (
        { config, ... }:
        {
          options.enable = lib.mkEnableOption "it";
          options.v = mkOption {
            type = types.int;
            default = 0;
          };
          config = mkIf config.enable { v = 5; };
        }
      )
      { enable = true; }
    ];
    expected = {
      enable = true;
      v = 5;
    };
  };
  mkIf-around-a-set-of-options = {
    expr =
      (config [
        {
          options.a.b = mkOption {
            type = types.int;
            default = 0;
          };
          options.a.c = mkOption {
            type = types.int;
            default = 0;
          };
          config.a = mkIf true { b = 1; };
        }
        { a = mkIf false { c = 1; }; }
      ]).a;
    expected = {
      b = 1;
      c = 0;
    };
  };
  mkIf-false-in-attrsOf-removes-the-name = {
    expr = value (types.attrsOf types.int) [
      {
        a = mkIf false 1;
        b = 2;
      }
    ];
    expected.b = 2;
  };
  mkIf-false-in-listOf-removes-the-element = {
    expr = value (types.listOf types.int) [
      [
        (mkIf false 1)
        2
      ]
    ];
    expected = [ 2 ];
  };
  mkIf-false-in-lazyAttrsOf-keeps-the-name = {
    expr = builtins.attrNames (
      value (types.lazyAttrsOf types.int) [
        {
          a = mkIf false 1;
          b = 2;
        }
      ]
    );
    expected = [
      "a"
      "b"
    ];
  };
  mkMerge-of-attribute-sets = {
    expr = value (types.attrsOf types.int) [
      (mkMerge [
        { a = 1; }
        { b = 2; }
      ])
    ];
    expected = {
      a = 1;
      b = 2;
    };
  };
  a-module-that-is-an-mkIf = {
    expr = config [
      (declare types.int)
      (mkIf true { v = 1; })
    ];
    expected.v = 1;
  };
  mkMerge-around-several-option-sets = {
    expr = config [
      {
        options.a.x = mkOption { type = types.int; };
        options.b.x = mkOption { type = types.int; };
        config = mkMerge [
          { a.x = 1; }
          (mkIf true { b.x = 2; })
        ];
      }
    ];
    expected = {
      a.x = 1;
      b.x = 2;
    };
  };
  mkAssert-true-is-transparent = {
    expr = value types.int [ (lib.mkAssert true "never" 3) ];
    expected = 3;
  };
  mkAssert-false-stops = {
    error = "message";
    mentions = [ "this must hold" ];
    expr = value types.int [ (lib.mkAssert false "this must hold" 3) ];
  };
  a-condition-must-be-a-boolean = {
    error = "condition";
    expr = value types.int [ (mkIf "yes" 1) ];
  };
  mkIf-false-alone-leaves-no-value = {
    error = "no-value";
    mentions = [ "v" ];
    expr = value types.int [ (mkIf false 1) ];
  };
}
