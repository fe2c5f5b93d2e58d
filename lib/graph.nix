# Cycles in a graph of steps, found without recursion so that long chains do not exhaust the evaluator's stack.
{ lib }:
let
  last = list: builtins.elemAt list (builtins.length list - 1);

  # Drops what has nothing left to wait for, round after round; what then remains lies on a cycle or behind one.
  rounds =
    after:
    let
      waitsFor = remaining: id: builtins.filter (before: remaining ? ${before}) after.${id};
    in
    builtins.genericClosure {
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

  stuck = after: (last (rounds after)).remaining;
in
{
  /**
    How many steps a step waits for, one after the other: 0 for those that wait for none. Steps on a cycle, or behind one, have no level.

    # Type

    ```
    levels :: { <id> = [ id ]; } -> { <id> = int; }
    ```

    # Example

    ```nix
    levels { a = [ ]; b = [ "a" ]; c = [ "a" "b" ]; }
    => { a = 0; b = 1; c = 2; }
    ```
  */
  levels =
    after:
    lib.listToAttrs (
      lib.concatMap (round: map (id: lib.nameValuePair id round.key) round.ready) (rounds after)
    );

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
