# Lists: folds, maps, parts, searching.
{ lib, ... }:
let
  even = x: lib.mod x 2 == 0;
in
{
  folds = {
    expr = [
      (lib.foldr (a: b: "${a}(${b})") "" [
        "a"
        "b"
      ])
      (lib.foldl' (a: b: a - b) 10 [
        1
        2
      ])
      (lib.foldl (a: b: a + b) "" [
        "a"
        "b"
      ])
    ];
    expected = [
      "a(b())"
      7
      "ab"
    ];
  };
  maps = {
    expr = [
      (lib.imap0 (i: x: [
        i
        x
      ]) [ "a" ])
      (lib.imap1 (i: x: [
        i
        x
      ]) [ "a" ])
      (lib.concatMap
        (x: [
          x
          x
        ])
        [
          1
          2
        ]
      )
      (lib.forEach [ 1 2 ] (x: x + 1))
    ];
    expected = [
      [
        [
          0
          "a"
        ]
      ]
      [
        [
          1
          "a"
        ]
      ]
      [
        1
        1
        2
        2
      ]
      [
        2
        3
      ]
    ];
  };
  ranges = {
    expr = [
      (lib.range 1 3)
      (lib.range 3 1)
      (lib.genList (x: x * x) 3)
      (lib.replicate 2 "a")
    ];
    expected = [
      [
        1
        2
        3
      ]
      [ ]
      [
        0
        1
        4
      ]
      [
        "a"
        "a"
      ]
    ];
  };
  optional = {
    expr = [
      (lib.optional true 1)
      (lib.optional false 1)
      (lib.optionals true [ 1 ])
      (lib.optionals false [ 1 ])
    ];
    expected = [
      [ 1 ]
      [ ]
      [ 1 ]
      [ ]
    ];
  };
  parts = {
    expr = [
      (lib.take 2 [
        1
        2
        3
      ])
      (lib.take 9 [ 1 ])
      (lib.drop 2 [
        1
        2
        3
      ])
      (lib.drop 9 [ 1 ])
      (lib.sublist 1 2 [
        1
        2
        3
        4
      ])
      (lib.head [
        1
        2
      ])
      (lib.tail [
        1
        2
      ])
      (lib.last [
        1
        2
      ])
      (lib.init [
        1
        2
      ])
      (lib.takeEnd 1 [
        1
        2
      ])
      (lib.dropEnd 1 [
        1
        2
      ])
    ];
    expected = [
      [
        1
        2
      ]
      [ 1 ]
      [ 3 ]
      [ ]
      [
        2
        3
      ]
      1
      [ 2 ]
      2
      [ 1 ]
      [ 2 ]
      [ 1 ]
    ];
  };
  flatten = {
    expr = [
      (lib.flatten [
        1
        [
          2
          [ 3 ]
        ]
      ])
      (lib.toList 1)
      (lib.toList [ 1 ])
      (lib.singleton 1)
    ];
    expected = [
      [
        1
        2
        3
      ]
      [ 1 ]
      [ 1 ]
      [ 1 ]
    ];
  };
  finding = {
    expr = [
      (lib.findFirst even null [
        1
        2
        4
      ])
      (lib.findFirst even 9 [ 1 ])
      (lib.findSingle even "none" "several" [
        1
        2
      ])
      (lib.findSingle even "none" "several" [
        2
        4
      ])
      (lib.lists.findFirstIndex even null [
        1
        2
      ])
      (lib.count even [
        1
        2
        4
      ])
      (lib.any even [ 1 ])
      (lib.all even [ 2 ])
    ];
    expected = [
      2
      9
      2
      "several"
      1
      2
      false
      true
    ];
  };
}
