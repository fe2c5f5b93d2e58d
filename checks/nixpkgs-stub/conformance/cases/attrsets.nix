# Functions on attribute sets.
{ lib, ... }:
let
  set = {
    a = 1;
    b = 2;
  };
in
{
  maps = {
    expr = [
      (lib.mapAttrs (n: v: n + toString v) set)
      (lib.mapAttrs' (n: v: lib.nameValuePair "x${n}" v) set)
      (lib.mapAttrsToList (n: v: n + toString v) set)
      (lib.attrsToList set)
      (lib.concatMapAttrs (n: v: {
        ${n} = v;
        "${n}2" = v;
      }) set)
      (lib.foldlAttrs (
        acc: n: v:
        acc + n + toString v
      ) "" set)
    ];
    expected = [
      {
        a = "a1";
        b = "b2";
      }
      {
        xa = 1;
        xb = 2;
      }
      [
        "a1"
        "b2"
      ]
      [
        {
          name = "a";
          value = 1;
        }
        {
          name = "b";
          value = 2;
        }
      ]
      {
        a = 1;
        a2 = 1;
        b = 2;
        b2 = 2;
      }
      "a1b2"
    ];
  };
  making = {
    expr = [
      (lib.genAttrs [ "x" "y" ] (n: n + "!"))
      (lib.listToAttrs [ (lib.nameValuePair "k" 1) ])
      (lib.optionalAttrs false set)
      (lib.optionalAttrs true set)
    ];
    expected = [
      {
        x = "x!";
        y = "y!";
      }
      { k = 1; }
      { }
      set
    ];
  };
  choosing = {
    expr = [
      (lib.filterAttrs (_: v: v > 1) set)
      (lib.getAttrs [ "a" ] set)
      (lib.attrVals [ "b" "a" ] set)
      (removeAttrs set [ "a" ])
      (lib.intersectAttrs { a = null; } set)
      (lib.catAttrs "a" [
        set
        { }
      ])
    ];
    expected = [
      { b = 2; }
      { a = 1; }
      [
        2
        1
      ]
      { b = 2; }
      { a = 1; }
      [ 1 ]
    ];
  };
  paths = {
    expr = [
      (lib.attrByPath [ "x" "y" ] 0 { x.y = 1; })
      (lib.attrByPath [ "x" "z" ] 0 { x.y = 1; })
      (lib.attrByPath [ "x" "y" ] 0 { x = 1; })
      (lib.hasAttrByPath [ "x" "y" ] { x.y = 1; })
      (lib.hasAttrByPath [ "x" "z" ] { x.y = 1; })
      (lib.setAttrByPath [ "a" "b" ] 3)
      (lib.getAttrFromPath [ "x" "y" ] { x.y = 1; })
    ];
    expected = [
      1
      0
      0
      true
      false
      { a.b = 3; }
      1
    ];
  };
  updates = {
    expr = [
      (lib.recursiveUpdate
        {
          a.b = 1;
          a.c = 2;
        }
        {
          a.b = 3;
          d = 4;
        }
      )
      (lib.recursiveUpdate { a.b = 1; } { a = 2; })
      (lib.recursiveUpdateUntil
        (
          path: _: _:
          path == [ "a" ]
        )
        {
          a.b = 1;
          c.d = 1;
        }
        {
          a.e = 2;
          c.f = 2;
        }
      )
      (lib.mergeAttrsList [
        { a = 1; }
        { b = 2; }
        { a = 3; }
      ])
      (lib.updateManyAttrsByPath
        [
          {
            path = [
              "a"
              "b"
            ];
            update = old: old + 1;
          }
        ]
        {
          a.b = 1;
          a.c = 2;
        }
      )
    ];
    expected = [
      {
        a = {
          b = 3;
          c = 2;
        };
        d = 4;
      }
      { a = 2; }
      {
        a.e = 2;
        c = {
          d = 1;
          f = 2;
        };
      }
      {
        a = 3;
        b = 2;
      }
      {
        a = {
          b = 2;
          c = 2;
        };
      }
    ];
  };
  zipping = {
    expr = [
      (lib.zipAttrsWith (n: vs: vs) [
        { a = 1; }
        {
          a = 2;
          b = 3;
        }
      ])
      (lib.zipAttrs [
        { a = 1; }
        { a = 2; }
      ])
      (lib.foldAttrs (v: acc: [ v ] ++ acc)
        [ ]
        [
          { a = 1; }
          { a = 2; }
        ]
      )
    ];
    expected = [
      {
        a = [
          1
          2
        ];
        b = [ 3 ];
      }
      {
        a = [
          1
          2
        ];
      }
      {
        a = [
          1
          2
        ];
      }
    ];
  };
  products = {
    expr = [
      (lib.cartesianProduct {
        a = [
          1
          2
        ];
        b = [ 3 ];
      })
      (lib.mapCartesianProduct ({ a, b }: a + b) {
        a = [
          1
          2
        ];
        b = [
          10
          20
        ];
      })
    ];
    expected = [
      [
        {
          a = 1;
          b = 3;
        }
        {
          a = 2;
          b = 3;
        }
      ]
      [
        11
        21
        12
        22
      ]
    ];
  };
  deep-maps = {
    expr = [
      (lib.mapAttrsRecursive (path: v: lib.concatStringsSep "." path + toString v) {
        a.b = 1;
        c = 2;
      })
      (lib.mapAttrsRecursiveCond (s: !(s ? stop)) (_: v: if lib.isAttrs v then "set" else v) {
        a.stop = 1;
        b.c = 2;
      })
      (lib.filterAttrsRecursive (_: v: v != null) {
        a = null;
        b.c = null;
        b.d = 1;
      })
      (lib.collect lib.isList {
        a = [ 1 ];
        b.c = [ 2 ];
        d = 3;
      })
      (lib.mapAttrsToListRecursive (path: v: [
        path
        v
      ]) { a.b = 1; })
    ];
    expected = [
      {
        a.b = "a.b1";
        c = "c2";
      }
      {
        a = "set";
        b.c = 2;
      }
      { b.d = 1; }
      [
        [ 1 ]
        [ 2 ]
      ]
      [
        [
          [
            "a"
            "b"
          ]
          1
        ]
      ]
    ];
  };
  matching = {
    expr = [
      (lib.matchAttrs { a.b = 1; } {
        a.b = 1;
        a.c = 2;
      })
      (lib.matchAttrs { a.b = 1; } { a = { }; })
    ];
    expected = [
      true
      false
    ];
  };
  derivations = {
    expr = [
      (lib.isDerivation { type = "derivation"; })
      (lib.isDerivation { })
      (lib.isDerivation "x")
    ];
    expected = [
      true
      false
      false
    ];
  };
  outputs = {
    expr = [
      (lib.getBin {
        outPath = "/o";
        bin = "/b";
      })
      (lib.getOutput "man" { out = "/o"; })
    ];
    expected = [
      "/b"
      "/o"
    ];
  };
  disjoint-sets = {
    expr = lib.attrsets.unionOfDisjoint { a = 1; } { b = 2; };
    expected = set;
  };
  a-path-that-is-not-there = {
    error = "message";
    mentions = [ "x.z" ];
    expr = lib.getAttrFromPath [ "x" "z" ] { x.y = 1; };
  };
  sets-that-are-not-disjoint = {
    error = "message";
    mentions = [ "collision on a" ];
    expr = lib.attrsets.unionOfDisjoint { a = 1; } { a = 2; };
  };
}
