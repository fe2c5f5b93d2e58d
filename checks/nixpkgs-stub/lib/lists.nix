# Building and transforming lists.
{ lib }:
let
  inherit (builtins)
    concatMap
    elemAt
    foldl'
    genList
    isList
    length
    map
    ;

  foldr =
    f: initial: list:
    let
      end = length list;
      step = n: if n == end then initial else f (elemAt list n) (step (n + 1));
    in
    step 0;

  sublist =
    start: count: list:
    let
      available = length list - start;
      size =
        if available < 0 then
          0
        else if available < count then
          available
        else
          count;
    in
    genList (n: elemAt list (start + n)) size;

  zipListsWith =
    f: a: b:
    genList (n: f (elemAt a n) (elemAt b n)) (lib.min (length a) (length b));
in
{
  inherit (builtins)
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    isList
    length
    map
    partition
    tail
    groupBy
    ;
  inherit foldr sublist zipListsWith;

  head = builtins.head;
  singleton = x: [ x ];
  forEach = xs: f: map f xs;
  fold = foldr;
  foldl =
    f: initial: list:
    let
      step = n: if n == 0 then initial else f (step (n - 1)) (elemAt list (n - 1));
    in
    step (length list);
  imap0 = f: list: genList (n: f n (elemAt list n)) (length list);
  imap1 = f: list: genList (n: f (n + 1) (elemAt list n)) (length list);
  ifilter0 =
    keep: list:
    map (x: x.value) (
      builtins.filter (x: keep x.index x.value) (lib.imap0 (index: value: { inherit index value; }) list)
    );
  range = first: last: if first > last then [ ] else genList (n: first + n) (last - first + 1);
  replicate = n: x: genList (_: x) n;
  flatten = x: if isList x then concatMap lib.flatten x else [ x ];
  toList = x: if isList x then x else [ x ];
  optional = condition: x: if condition then [ x ] else [ ];
  optionals = condition: xs: if condition then xs else [ ];
  reverseList =
    list:
    let
      end = length list;
    in
    genList (n: elemAt list (end - n - 1)) end;

  take = sublist 0;
  drop = count: list: sublist count (length list) list;
  takeEnd = count: list: lib.drop (lib.max 0 (length list - count)) list;
  dropEnd = count: list: lib.take (lib.max 0 (length list - count)) list;
  init =
    list:
    if list == [ ] then
      throw "lib.lists.init: the list must not be empty"
    else
      lib.take (length list - 1) list;
  last =
    list:
    if list == [ ] then
      throw "lib.lists.last: the list must not be empty"
    else
      elemAt list (length list - 1);
  commonPrefix =
    a: b:
    let
      pairs = zipListsWith (x: y: x == y) a b;
      matching = lib.lists.findFirstIndex (same: !same) (length pairs) pairs;
    in
    lib.take matching a;
  commonPrefixLength = a: b: length (lib.lists.commonPrefix a b);
  hasPrefix = prefix: list: lib.take (length prefix) list == prefix;
  removePrefix =
    prefix: list:
    if lib.lists.hasPrefix prefix list then
      lib.drop (length prefix) list
    else
      throw "lib.lists.removePrefix: the first argument is not a prefix of the second";

  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  crossLists = f: foldl' (fs: args: concatMap (g: map g args) fs) [ f ];
  groupBy' =
    f: initial: key: list:
    builtins.mapAttrs (_: foldl' f initial) (builtins.groupBy key list);

  sort = builtins.sort;
  sortOn =
    key: list:
    map (x: elemAt x 1) (
      builtins.sort (a: b: builtins.head a < builtins.head b) (
        map (x: [
          (key x)
          x
        ]) list
      )
    );
  naturalSort = lib.sortOn (
    text:
    map (part: if isList part then lib.toIntBase10 (builtins.head part) else part) (
      builtins.split "(0|[1-9][0-9]*)" text
    )
  );
  compareLists =
    compare: a: b:
    if a == [ ] then
      if b == [ ] then 0 else -1
    else if b == [ ] then
      1
    else
      let
        first = compare (builtins.head a) (builtins.head b);
      in
      if first == 0 then lib.compareLists compare (builtins.tail a) (builtins.tail b) else first;
}
