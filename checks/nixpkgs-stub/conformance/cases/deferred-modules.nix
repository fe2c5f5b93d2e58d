# Modules as values that are evaluated later.
{
  lib,
  types,
  value,
  option,
  config,
  int,
  mkOption,
  ...
}:
let
  later =
    modules:
    lib.evalModules {
      prefix = [ "later" ];
      modules = [
        {
          options.x = mkOption {
            type = types.listOf types.int;
            default = [ ];
          };
        }
      ]
      ++ modules;
    };
in
{
  evaluates-later = {
    expr = (later [ (value types.deferredModule [ { x = [ 1 ]; } ]) ]).config.x;
    expected = [ 1 ];
  };
  joins-definitions = {
    expr =
      lib.sort lib.lessThan
        (later [
          (value types.deferredModule [
            { x = [ 1 ]; }
            { x = [ 2 ]; }
          ])
        ]).config.x;
    expected = [
      1
      2
    ];
  };
  takes-functions = {
    expr =
      (later [ (value types.deferredModule [ ({ lib, ... }: { x = lib.singleton 3; }) ]) ]).config.x;
    expected = [ 3 ];
  };
  is-not-evaluated-where-it-is-defined = {
    expr = (value types.deferredModule [ { nothing-like-this = throw "evaluated"; } ]) ? imports;
    expected = true;
  };
  deferredModuleWith-static-modules = {
    expr =
      (lib.evalModules {
        modules = [
          (value (types.deferredModuleWith {
            staticModules = [ { options.y = int; } ];
          }) [ { y = 4; } ])
        ];
      }).config.y;
    expected = 4;
  };
  static-modules-are-documented = {
    expr =
      ((types.deferredModuleWith { staticModules = [ { options.y = int; } ]; }).getSubOptions [ "m" ])
      .y.loc;
    expected = [
      "m"
      "y"
    ];
  };
  files-are-kept-in-definitions = {
    expr = (later [ (value types.deferredModule [ { x = [ 1 ]; } ]) ]).options.x.files;
    expected = [ "def1.nix, via option v" ];
  };
  in-attrsOf = {
    expr =
      (later [
        (value (types.attrsOf types.deferredModule) [
          {
            a = {
              x = [ 1 ];
            };
          }
        ]).a
      ]).options.x.files;
    expected = [ "def1.nix, via option v.a" ];
  };
  conditions-work = {
    expr =
      (later [
        (value types.deferredModule [
          (lib.mkIf false { x = [ 1 ]; })
          { x = [ 2 ]; }
        ])
      ]).config.x;
    expected = [ 2 ];
  };
  description = {
    expr = types.deferredModule.description;
    expected = "module";
  };
  check = {
    expr = map types.deferredModule.check [
      { }
      (_: { })
      ./.
      1
    ];
    expected = [
      true
      true
      true
      false
    ];
  };
  an-unknown-option-keeps-the-file = {
    error = "unknown-option";
    mentions = [
      "later.y"
      "def1.nix"
    ];
    expr = (later [ (value types.deferredModule [ { y = 1; } ]) ]).config.x;
  };
  a-wrong-type-keeps-the-file = {
    error = "wrong-type";
    mentions = [
      "later.x"
      "def1.nix, via option v"
    ];
    expr = (later [ (value types.deferredModule [ { x = 1; } ]) ]).config.x;
  };
  a-number-is-no-module = {
    error = "wrong-type";
    mentions = [
      "v"
      "module"
      "def1.nix"
    ];
    expr = value types.deferredModule [ 1 ];
  };
}
