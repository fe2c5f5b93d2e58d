# The order in which nodes of a rollout are reverted: each before those that it came after.
{ lib, graph }:
{
  /**
    Waves of nodes that are reverted at the same time, the first one first.

    # Type

    ```
    wavesOf :: sorted -> [ name ] -> [ [ name ] ]
    ```

    `sorted` is what `graph.sort` says of the steps.
  */
  wavesOf =
    { levels, followers, ... }:
    names:
    let
      members = map (name: "activate:${name}") names;
      isMember = lib.genAttrs members (_: true);
      latest = lib.foldl' (most: id: lib.max most levels.${id}) 0 members;
      # Everything that may stand between two of them.
      between = map (item: item.key) (
        builtins.genericClosure {
          startSet = map (key: { inherit key; }) members;
          operator =
            item:
            map (key: { inherit key; }) (
              builtins.filter (id: levels.${id} <= latest) (followers.${item.key} or [ ])
            );
        }
      );
      within = lib.genAttrs between (_: true);
      # What waits for what, turned round: the last one is the first to be reverted.
      depth = graph.depths (id: isMember ? ${id}) (
        lib.mapAttrs (id: _: builtins.filter (next: within ? ${next}) (followers.${id} or [ ])) within
      );
      # Of those that came together the last one by name goes first, as on the way there it came last.
      waves = builtins.groupBy (name: toString depth."activate:${name}") (lib.reverseList names);
      deepest = lib.foldl' (most: id: lib.max most depth.${id}) 0 members;
      # With levels between them that no member has.
      inOrder = map (number: waves.${toString number} or [ ]) (lib.range 0 deepest);
    in
    builtins.filter (wave: wave != [ ]) inOrder;
}
