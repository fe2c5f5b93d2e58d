# Questions asked of lists: membership, search, set operations, order of dependencies.
{ lib }:
let
  inherit (builtins)
    elem
    elemAt
    filter
    foldl'
    head
    length
    partition
    tail
    ;

  # The first position that satisfies `wanted`; a fold, so that long lists do not exhaust the stack.
  findFirstIndex =
    wanted: default: list:
    let
      step =
        state: x:
        if state.found then
          state
        else if wanted x then
          {
            found = true;
            inherit (state) at;
          }
        else
          let
            at = state.at + 1;
          in
          builtins.seq at {
            found = false;
            inherit at;
          };
      end = foldl' step {
        found = false;
        at = 0;
      } list;
    in
    if end.found then end.at else default;

  unique = foldl' (seen: x: if elem x seen then seen else seen ++ [ x ]) [ ];
in
{
  inherit findFirstIndex unique;
  inherit (builtins) all any;

  findFirst =
    wanted: default: list:
    let
      index = findFirstIndex wanted null list;
    in
    if index == null then default else elemAt list index;
  findSingle =
    wanted: none: several: list:
    let
      found = filter wanted list;
    in
    if found == [ ] then
      none
    else if length found == 1 then
      head found
    else
      several;
  count = wanted: foldl' (n: x: if wanted x then n + 1 else n) 0;
  remove = unwanted: filter (x: x != unwanted);
  uniqueStrings = list: builtins.attrNames (builtins.groupBy (x: x) list);
  allUnique = list: length (unique list) == length list;
  intersectLists = wanted: filter (x: elem x wanted);
  subtractLists = unwanted: filter (x: !elem x unwanted);
  mutuallyExclusive = a: b: !builtins.any (x: elem x a) b;

  # Walks from the first element to whatever must come before it; says where a cycle is.
  listDfs =
    stopOnCycles: before: list:
    let
      walk =
        us: visited: rest:
        let
          split = partition (x: before x us) rest;
          loops = filter (x: before x us) visited;
        in
        if stopOnCycles && loops != [ ] then
          {
            cycle = us;
            inherit loops visited rest;
          }
        else if split.right == [ ] then
          {
            minimal = us;
            inherit visited rest;
          }
        else
          walk (head split.right) ([ us ] ++ visited) (tail split.right ++ split.wrong);
    in
    walk (head list) [ ] (tail list);

  toposort =
    before: list:
    let
      found = lib.listDfs true before list;
      others = lib.toposort before (found.visited ++ found.rest);
    in
    if length list < 2 then
      { result = list; }
    else if found ? cycle then
      {
        cycle = lib.reverseList ([ found.cycle ] ++ found.visited);
        inherit (found) loops;
      }
    else if others ? cycle then
      others
    else
      { result = [ found.minimal ] ++ others.result; };
}
