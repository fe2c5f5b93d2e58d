# Lists as sets and sequences: sorting, grouping, zipping, prefixes, topological order.
{ lib, ... }:
let
  even = x: lib.mod x 2 == 0;
in
{
  sets = {
    expr = [
      (lib.unique [
        1
        2
        1
      ])
      (lib.allUnique [
        1
        2
      ])
      (lib.allUnique [
        1
        1
      ])
      (lib.intersectLists [ 1 2 ] [ 2 3 ])
      (lib.subtractLists [ 1 2 ] [ 2 3 ])
      (lib.mutuallyExclusive [ 1 ] [ 2 ])
      (lib.remove 1 [
        1
        2
        1
      ])
    ];
    expected = [
      [
        1
        2
      ]
      true
      false
      [ 2 ]
      [ 3 ]
      true
      [ 2 ]
    ];
  };
  sorting = {
    expr = [
      (lib.sort lib.lessThan [
        3
        1
        2
      ])
      (lib.sortOn (x: -x) [
        1
        3
        2
      ])
      (lib.sortOn lib.stringLength [
        "ccc"
        "a"
        "bb"
      ])
      (lib.naturalSort [
        "v10"
        "v9"
        "a"
      ])
      (lib.reverseList [
        1
        2
      ])
      (lib.compareLists lib.compare [ 1 2 ] [ 1 3 ])
    ];
    expected = [
      [
        1
        2
        3
      ]
      [
        3
        2
        1
      ]
      [
        "a"
        "bb"
        "ccc"
      ]
      [
        "a"
        "v9"
        "v10"
      ]
      [
        2
        1
      ]
      (-1)
    ];
  };
  grouping = {
    expr = [
      (lib.partition even [
        1
        2
        3
      ])
      (lib.groupBy (x: if even x then "even" else "odd") [
        1
        2
        3
      ])
      (lib.groupBy' (a: b: a + b) 0 (x: if even x then "even" else "odd") [
        1
        2
        3
      ])
    ];
    expected = [
      {
        right = [ 2 ];
        wrong = [
          1
          3
        ];
      }
      {
        even = [ 2 ];
        odd = [
          1
          3
        ];
      }
      {
        even = 2;
        odd = 4;
      }
    ];
  };
  zipping = {
    expr = [
      (lib.zipLists [ 1 2 ] [ "a" "b" "c" ])
      (lib.zipListsWith (a: b: a + b) [ 1 2 ] [ 3 4 ])
      (lib.crossLists (a: b: a + b) [
        [
          1
          2
        ]
        [
          10
          20
        ]
      ])
    ];
    expected = [
      [
        {
          fst = 1;
          snd = "a";
        }
        {
          fst = 2;
          snd = "b";
        }
      ]
      [
        4
        6
      ]
      [
        11
        21
        12
        22
      ]
    ];
  };
  toposort-orders = {
    expr =
      (lib.toposort (a: b: lib.hasPrefix a b && a != b) [
        "/home/user"
        "other"
        "/"
        "/home"
      ]).result;
    expected = [
      "/"
      "/home"
      "/home/user"
      "other"
    ];
  };
  toposort-finds-cycles = {
    expr =
      lib.toposort (a: b: b == a + 1 || (a == 3 && b == 1)) [
        1
        2
        3
      ]
      ? cycle;
    expected = true;
  };
  prefixes-of-lists = {
    expr = [
      (lib.lists.hasPrefix [ 1 ] [ 1 2 ])
      (lib.lists.removePrefix [ 1 ] [ 1 2 ])
      (lib.lists.commonPrefix [ 1 2 3 ] [ 1 2 4 ])
    ];
    expected = [
      true
      [ 2 ]
      [
        1
        2
      ]
    ];
  };
  long-lists = {
    expr = [
      (lib.lists.findFirstIndex (x: x == 100000) null (lib.range 1 100000))
      (lib.last (lib.foldl' (acc: x: [ x ]) [ ] (lib.range 1 50000)))
    ];
    expected = [
      99999
      50000
    ];
  };
  last-of-nothing = {
    error = "message";
    mentions = [ "must not be empty" ];
    expr = lib.last [ ];
  };
}
