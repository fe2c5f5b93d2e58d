# mkBefore, mkAfter, mkOrder, and the order of definitions without them.
{
  lib,
  types,
  value,
  config,
  declare,
  ...
}:
let
  inherit (lib)
    mkAfter
    mkBefore
    mkForce
    mkIf
    mkMerge
    mkOrder
    ;
  list = types.listOf types.str;
in
{
  mkBefore-and-mkAfter = {
    expr = value list [
      (mkAfter [ "z" ])
      [ "m" ]
      (mkBefore [ "a" ])
    ];
    expected = [
      "a"
      "m"
      "z"
    ];
  };
  mkOrder-takes-any-number = {
    expr = value list [
      (mkOrder 1200 [ "c" ])
      (mkOrder 1100 [ "b" ])
      [ "a" ]
    ];
    expected = [
      "a"
      "b"
      "c"
    ];
  };
  order-works-on-lines = {
    expr = value types.lines [
      "two"
      (mkBefore "one")
      (mkAfter "three")
    ];
    expected = "one\ntwo\nthree";
  };
  order-inside-mkMerge = {
    expr = value list [
      (mkMerge [
        [ "b" ]
        (mkBefore [ "a" ])
      ])
    ];
    expected = [
      "a"
      "b"
    ];
  };
  order-inside-mkIf = {
    expr = value list [
      [ "b" ]
      (mkIf true (mkBefore [ "a" ]))
    ];
    expected = [
      "a"
      "b"
    ];
  };
  order-inside-mkForce = {
    expr = value list [
      [ "x" ]
      (mkForce (mkAfter [ "b" ]))
      (mkForce [ "a" ])
    ];
    expected = [
      "a"
      "b"
    ];
  };
  order-of-modules = {
    expr = value list [
      [ "1" ]
      [ "2" ]
      [ "3" ]
    ];
    expected = [
      "3"
      "2"
      "1"
    ];
  };
  order-within-mkMerge = {
    expr = value list [
      (mkMerge [
        [ "1" ]
        [ "2" ]
      ])
    ];
    expected = [
      "1"
      "2"
    ];
  };
  order-of-imports = {
    expr =
      (config [
        (declare list)
        {
          imports = [ { v = [ "imported" ]; } ];
          v = [ "importer" ];
        }
      ]).v;
    expected = [
      "imported"
      "importer"
    ];
  };
  equal-order-keeps-the-order-of-modules = {
    expr = value list [
      (mkBefore [ "1" ])
      (mkBefore [ "2" ])
    ];
    expected = [
      "2"
      "1"
    ];
  };
}
