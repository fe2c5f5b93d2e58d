# Cycles in a graph of steps, found without recursion so that long chains do not exhaust the evaluator's stack.
{ lib }:
let
  last = list: builtins.elemAt list (builtins.length list - 1);

  # Drops what has nothing left to wait for, round after round; what remains lies on a cycle or behind one.
  stuck =
    after:
    let
      waitsFor = remaining: id: builtins.filter (before: remaining ? ${before}) after.${id};
      rounds = builtins.genericClosure {
        startSet = [
          {
            key = 0;
            remaining = after;
            ready = builtins.filter (id: waitsFor after id == [ ]) (builtins.attrNames after);
          }
        ];
        operator =
          round:
          let
            remaining = removeAttrs round.remaining round.ready;
          in
          lib.optional (round.ready != [ ]) {
            key = round.key + 1;
            inherit remaining;
            ready = builtins.filter (id: waitsFor remaining id == [ ]) (builtins.attrNames remaining);
          };
      };
    in
    (last rounds).remaining;
in
{
  /**
    A cycle of the graph as a list of ids in the order in which they would run, its first id repeated at the end; `[ ]` when there is none.

    # Type

    ```
    findCycle :: { <id> = [ id ]; } -> [ id ]
    ```

    # Example

    ```nix
    findCycle { a = [ "b" ]; b = [ "a" ]; }
    => [ "a" "b" "a" ]
    ```
  */
  findCycle =
    after:
    let
      remaining = stuck after;
      previous = id: lib.findFirst (before: remaining ? ${before}) null after.${id};
      # Everything stuck waits for something stuck, so walking backwards must come round.
      walk = map (item: item.key) (
        builtins.genericClosure {
          startSet = [ { key = builtins.head (builtins.attrNames remaining); } ];
          operator = item: [ { key = previous item.key; } ];
        }
      );
      meeting = previous (last walk);
      onCycle = lib.reverseList (lib.drop (lib.lists.findFirstIndex (id: id == meeting) 0 walk) walk);
      # Starts at the smallest name: the same cycle always reads the same.
      smallest = builtins.head (lib.sort (a: b: a < b) onCycle);
      start = lib.lists.findFirstIndex (id: id == smallest) 0 onCycle;
    in
    if remaining == { } then [ ] else lib.drop start onCycle ++ lib.take start onCycle ++ [ smallest ];
}
