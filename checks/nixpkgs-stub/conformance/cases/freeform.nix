# Definitions without an option, taken by a freeform type.
{
  lib,
  types,
  value,
  config,
  int,
  mkOption,
  ...
}:
let
  settings = types.submodule {
    freeformType = types.attrsOf types.int;
    options.port = mkOption {
      type = types.port;
      default = 80;
    };
  };
in
{
  takes-what-has-no-option = {
    expr = value settings [ { extra = 1; } ];
    expected = {
      extra = 1;
      port = 80;
    };
  };
  declared-options-keep-their-type = {
    expr = (value settings [ { port = 22; } ]).port;
    expected = 22;
  };
  merges-by-its-own-type = {
    expr = value (types.submodule { freeformType = types.attrsOf types.lines; }) [
      { a = "2"; }
      { a = "1"; }
    ];
    expected.a = "2\n1";
  };
  knows-priorities = {
    expr =
      (value settings [
        { extra = lib.mkDefault 1; }
        { extra = 2; }
      ]).extra;
    expected = 2;
  };
  nothing-defined = {
    expr = value settings [ { } ];
    expected.port = 80;
  };
  beside-nested-options = {
    expr =
      value
        (types.submodule {
          freeformType = types.attrsOf (types.attrsOf types.int);
          options.a.b = int;
        })
        [
          {
            a.b = 1;
            a.c = 2;
            d.e = 3;
          }
        ];
    expected = {
      a = {
        b = 1;
        c = 2;
      };
      d.e = 3;
    };
  };
  on-the-top-level = {
    expr = config [
      { freeformType = types.attrsOf types.str; }
      { a = "x"; }
    ];
    expected.a = "x";
  };
  set-through-_module = {
    expr = config [
      { _module.freeformType = types.attrsOf types.int; }
      {
        options.b = int;
        config.b = 2;
      }
      { a = 1; }
    ];
    expected = {
      a = 1;
      b = 2;
    };
  };
  gets-definitions-as-they-are = {
    expr = lib.sort (a: b: a < b) (
      map (definition: definition.value.a.b.priority or 100)
        (config [
          {
            _module.freeformType = lib.mkOptionType {
              name = "as they are";
              merge = _: definitions: { inherit definitions; };
            };
          }
          { a.b = lib.mkDefault 1; }
          { a.b = 2; }
          { a.b = lib.mkForce 3; }
        ]).definitions
    );
    expected = [
      50
      100
      1000
    ];
  };
  of-anything = {
    expr = config [
      { freeformType = types.anything; }
      { a.b = 1; }
      { a.c = [ 2 ]; }
    ];
    expected.a = {
      b = 1;
      c = [ 2 ];
    };
  };
  lazy-freeform-may-refer-to-itself = {
    expr =
      (config [
        { freeformType = types.lazyAttrsOf types.int; }
        ({ config, ... }: {
          a = 1;
          b = config.a + 1;
        })
      ]).b;
    expected = 2;
  };
  describes-itself = {
    expr = settings.description;
    expected = "open submodule of attribute set of signed integer";
  };
  without-check-unknown-definitions-are-dropped = {
    expr = config [
      { _module.check = false; }
      {
        options.a = int;
        config.a = 1;
      }
      { b = 2; }
    ];
    expected.a = 1;
  };
  checks-its-values = {
    error = "wrong-type";
    mentions = [
      "v.extra"
      "def1.nix"
      "signed integer"
    ];
    expr = (value settings [ { extra = "x"; } ]).extra;
  };
  conflicts-in-it = {
    error = "conflict";
    mentions = [
      "v.extra"
      "def1.nix"
      "def2.nix"
    ];
    expr =
      (value settings [
        { extra = 1; }
        { extra = 2; }
      ]).extra;
  };
}
