# Order and cycles in a graph of steps, found without recursion so that long chains do not exhaust the evaluator's stack.
{ lib }:
let
  last = list: builtins.elemAt list (builtins.length list - 1);

  # Each once, sorted.
  unique = ids: builtins.attrNames (builtins.groupBy (id: id) ids);

  levelsIn =
    rounds:
    lib.listToAttrs (lib.concatLists (lib.imap0 (level: map (id: lib.nameValuePair id level)) rounds));

  forced =
    lazy: order: value:
    builtins.seq (lib.foldl' (_: id: builtins.seq lazy.${id} null) null order) value;

  # What waits for each step.
  followersOf =
    after:
    builtins.mapAttrs (_: map (edge: edge.id)) (
      builtins.groupBy (edge: edge.before) (
        builtins.concatLists (
          lib.mapAttrsToList (
            id:
            map (before: {
              inherit id before;
            })
          ) after
        )
      )
    );

  # Drops what has nothing left to wait for, round after round; what then remains lies on a cycle or behind one.
  # Only what follows the last round is looked at, so that a long chain costs little.
  sorted =
    after:
    let
      followers = followersOf after;
      waits = remaining: id: builtins.any (before: remaining ? ${before}) after.${id};
      round =
        state: _:
        if state.ready == [ ] then
          state
        else
          let
            # Forced below: otherwise it would keep every state before it.
            inherit (state) done;
            remaining = removeAttrs state.remaining state.ready;
            candidates = unique (builtins.concatMap (id: followers.${id} or [ ]) state.ready);
            ready = builtins.filter (id: !(waits remaining id)) candidates;
          in
          builtins.seq done (
            builtins.seq remaining (
              builtins.seq ready {
                inherit remaining ready;
                done = {
                  inherit ready;
                  earlier = done;
                };
              }
            )
          );
      start = builtins.filter (id: !(waits after id)) (builtins.attrNames after);
      ended = lib.foldl' round {
        remaining = after;
        ready = start;
        done = {
          ready = start;
          earlier = null;
        };
      } (builtins.attrNames after);
      # From the last one backwards.
      states = builtins.genericClosure {
        startSet = [
          {
            key = 0;
            state = ended.done;
          }
        ];
        operator =
          item:
          lib.optional (item.state.earlier != null) {
            key = item.key + 1;
            state = item.state.earlier;
          };
      };
    in
    {
      inherit followers;
      rounds = builtins.filter (ready: ready != [ ]) (
        lib.reverseList (map (item: item.state.ready) states)
      );
      # Once more, for a graph whose last round is its last iteration.
      remaining = removeAttrs ended.remaining ended.ready;
    };

  cycleIn =
    after: remaining:
    let
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
  levels = after: levelsIn (sorted after).rounds;

  /**
    How many counted steps must come before each step, one after the other. Steps on a cycle, or behind one, are left out.

    # Type

    ```
    depths :: (id -> bool) -> { <id> = [ id ]; } -> { <id> = int; }
    ```

    # Example

    ```nix
    depths (id: id != "b") { a = [ ]; b = [ "a" ]; c = [ "b" ]; }
    => { a = 0; b = 1; c = 1; }
    ```
  */
  depths =
    isCounted: after:
    let
      order = builtins.concatLists (sorted after).rounds;
      through = before: if isCounted before then depth.${before} + 1 else depth.${before};
      depth = builtins.mapAttrs (
        _: befores: lib.foldl' lib.max 0 (map through (builtins.filter (before: after ? ${before}) befores))
      ) after;
    in
    forced depth order (lib.genAttrs order (id: depth.${id}));

  /**
    A value, once the attributes of a lazy set have been forced in this order: each finds what it refers to forced already, so
    nothing recurses deeply.

    # Type

    ```
    forced :: { <id> = any; } -> [ id ] -> a -> a
    ```
  */
  inherit forced;

  /**
    The steps in rounds: each waits only for steps of rounds before its own. Steps on a cycle, or behind one, are in none.

    # Type

    ```
    rounds :: { <id> = [ id ]; } -> [ [ id ] ]
    ```

    # Example

    ```nix
    rounds { a = [ ]; b = [ "a" ]; c = [ "a" "b" ]; d = [ ]; }
    => [ [ "a" "d" ] [ "b" ] [ "c" ] ]
    ```
  */
  rounds = after: (sorted after).rounds;

  /**
    All at once: `rounds`, `levels`, `followers` and `cycle` as the functions of these names find them.

    # Type

    ```
    sort :: { <id> = [ id ]; } -> { rounds; levels; followers; cycle; }
    ```
  */
  sort =
    after:
    let
      inherit (sorted after) rounds remaining followers;
    in
    {
      inherit rounds followers;
      levels = levelsIn rounds;
      cycle = cycleIn after remaining;
    };

  /**
    What waits for each step that something waits for.

    # Type

    ```
    followers :: { <id> = [ id ]; } -> { <id> = [ id ]; }
    ```
  */
  followers = followersOf;

  /**
    Each name once, sorted: `lib.unique` compares all pairs.

    # Type

    ```
    unique :: [ name ] -> [ name ]
    ```
  */
  inherit unique;

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
  findCycle = after: cycleIn after (sorted after).remaining;
}
