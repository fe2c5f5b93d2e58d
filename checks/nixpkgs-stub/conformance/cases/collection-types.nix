# Lists and attribute sets as option types.
{
  lib,
  types,
  value,
  ...
}:
let
  accepts = type: values: map type.check values;
in
{
  listOf-joins-definitions = {
    expr = value (types.listOf types.int) [
      [ 2 ]
      [ 1 ]
    ];
    expected = [
      1
      2
    ];
  };
  listOf-needs-a-list = {
    expr = accepts (types.listOf types.int) [
      [ ]
      [ 1 ]
      { }
    ];
    expected = [
      true
      true
      false
    ];
  };
  attrsOf-joins-definitions = {
    expr = value (types.attrsOf types.int) [
      { a = 1; }
      { b = 2; }
    ];
    expected = {
      a = 1;
      b = 2;
    };
  };
  attrsOf-merges-values-by-type = {
    expr = value (types.attrsOf types.lines) [
      { a = "2"; }
      { a = "1"; }
    ];
    expected.a = "1\n2";
  };
  attrsOf-of-attrsOf = {
    expr = value (types.attrsOf (types.attrsOf types.int)) [
      { a.x = 1; }
      { a.y = 2; }
    ];
    expected.a = {
      x = 1;
      y = 2;
    };
  };
  attrsOf-with-mkDefault-in-a-value = {
    expr = value (types.attrsOf types.int) [
      { a = lib.mkDefault 1; }
      { a = 2; }
    ];
    expected.a = 2;
  };
  attrsOf-does-not-look-into-values = {
    expr =
      (value (types.attrsOf types.attrs) [
        {
          a.x = 1;
          b.x = throw "evaluated";
        }
      ]).a.x;
    expected = 1;
  };
  lazyAttrsOf-does-not-evaluate-other-values = {
    expr =
      (value (types.lazyAttrsOf types.int) [
        {
          a = 1;
          b = lib.mkIf (throw "evaluated") 2;
        }
      ]).a;
    expected = 1;
  };
  lazyAttrsOf-uses-the-empty-value = {
    expr = value (types.lazyAttrsOf (types.listOf types.int)) [ { a = lib.mkIf false [ 1 ]; } ];
    expected.a = [ ];
  };
  attrsWith-names-its-placeholder = {
    expr = builtins.attrNames (
      (types.attrsWith {
        elemType = types.int;
        placeholder = "host";
      }).nestedTypes
    );
    expected = [ "elemType" ];
  };
  attrsWith-lazy = {
    expr =
      (value
        (types.attrsWith {
          elemType = types.int;
          lazy = true;
        })
        [
          {
            a = 1;
            b = lib.mkIf (throw "evaluated") 2;
          }
        ]
      ).a;
    expected = 1;
  };
  nonEmptyListOf = {
    expr = accepts (types.nonEmptyListOf types.int) [
      [ ]
      [ 1 ]
    ];
    expected = [
      false
      true
    ];
  };
  attrs-later-definitions-win = {
    expr = value types.attrs [
      {
        a = 1;
        b = 1;
      }
      { a = 2; }
    ];
    expected = {
      a = 1;
      b = 1;
    };
  };
  descriptions = {
    expr = map (t: t.description) [
      (types.listOf types.str)
      (types.listOf (types.either types.str types.int))
      (types.listOf (types.listOf types.int))
      (types.attrsOf (types.nullOr types.str))
      (types.lazyAttrsOf types.int)
      (types.nonEmptyListOf types.int)
      types.attrs
    ];
    expected = [
      "list of string"
      "list of (string or signed integer)"
      "list of list of signed integer"
      "attribute set of (null or string)"
      "lazy attribute set of signed integer"
      "non-empty (list of signed integer)"
      "attribute set"
    ];
  };
  empty-values = {
    expr = map (t: t.emptyValue) [
      (types.listOf types.int)
      (types.attrsOf types.int)
      (types.nullOr types.int)
      (types.submodule { })
      types.int
    ];
    expected = [
      { value = [ ]; }
      { value = { }; }
      { value = null; }
      { value = { }; }
      { }
    ];
  };
  a-wrong-element-names-its-place = {
    error = "wrong-type";
    mentions = [
      "definition 1-entry 2"
      "def1.nix"
      "signed integer"
    ];
    expr = value (types.listOf types.int) [
      [
        1
        "2"
      ]
    ];
  };
  a-wrong-attribute-names-its-path = {
    error = "wrong-type";
    mentions = [
      "v.a.b"
      "def2.nix"
    ];
    expr = value (types.attrsOf (types.attrsOf types.int)) [
      { a.c = 1; }
      { a.b = "x"; }
    ];
  };
  a-conflict-in-an-attribute-names-its-path = {
    error = "conflict";
    mentions = [
      "v.a"
      "def1.nix"
      "def2.nix"
    ];
    expr = value (types.attrsOf types.int) [
      { a = 1; }
      { a = 2; }
    ];
  };
  a-set-is-no-list = {
    error = "wrong-type";
    mentions = [
      "list of signed integer"
      "def1.nix"
    ];
    expr = value (types.listOf types.int) [ { } ];
  };
  strange-attribute-names-are-quoted = {
    error = "wrong-type";
    mentions = [ "v.\"a b\"" ];
    expr = value (types.attrsOf types.int) [ { "a b" = "x"; } ];
  };
}
