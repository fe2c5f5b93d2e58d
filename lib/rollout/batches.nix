# Arithmetic of batches: how many nodes each has, from numbers and percentages of the initial total.
{ lib }:
let
  percent = amount: lib.toInt (lib.removeSuffix "%" amount);
in
{
  inherit percent;

  /**
    A number of nodes: percentages are rounded down, but are `atLeast` so many; null stays null.

    # Type

    ```
    count :: { total; atLeast; } -> null | int | percentage -> null | int
    ```
  */
  count =
    { total, atLeast }:
    amount: if builtins.isString amount then lib.max atLeast (total * percent amount / 100) else amount;

  /**
    The sizes of the batches. Each target says how many nodes have been taken when its batch has ended, so one that has already been
    reached adds no batch. What is left over after the last target, which an assertion refuses, is no batch.

    # Type

    ```
    sizes :: { total; canary; targets; } -> [ int ]
    ```

    # Example

    ```nix
    sizes { total = 8; canary = true; targets = [ "25%" "100%" ]; }
    => [ 1 1 6 ]
    ```
  */
  sizes =
    {
      total,
      canary,
      targets,
    }:
    let
      reached =
        target:
        lib.min total (
          if builtins.isString target then lib.max 1 (total * percent target / 100) else target
        );
      step =
        state: target:
        if reached target <= state.taken then
          state
        else
          {
            taken = reached target;
            sizes = state.sizes ++ [ (reached target - state.taken) ];
          };
      start =
        if canary then
          {
            taken = 1;
            sizes = [ 1 ];
          }
        else
          {
            taken = 0;
            sizes = [ ];
          };
    in
    (lib.foldl' step start targets).sizes;
}
