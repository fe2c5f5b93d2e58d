# A part of a graph of steps in which everything that is left still comes in the same order.
#
# An edge that led through steps which are left out becomes a direct one. It asks for success if every edge on the way did, and for
# the end otherwise. Where direct edges would be more than those to and from a step that is left out, a barrier stands in its place,
# so the part never has many more edges than the whole.
{ lib, graph }:
let
  inherit (graph) forced unique;

  # So many edges are handed on, rather than made over again in every step of a chain.
  few = 8;

  # Whether a barrier makes fewer edges than all pairs.
  pays = firsts: nexts: firsts > few || firsts * nexts > firsts + nexts;
in
{
  /**
    The steps that are kept, and the barriers between them.

    # Type

    ```
    contract :: { steps = { <id> = { kind; after; afterCompletion ? [ ]; … }; }; sorted; isKept = id -> bool; } -> { <id> = step; }
    ```

    `sorted` is what `graph.sort` says of the steps.
  */
  contract =
    {
      steps,
      sorted,
      isKept,
    }:
    let
      inherit (sorted) followers;
      order = builtins.concatLists sorted.rounds;
      kept = lib.mapAttrs (id: _: isKept id) steps;

      # Steps that are left out and lead to one that is kept, found from the end.
      leads = lib.mapAttrs (
        id: _: builtins.any (next: kept.${next} || leads.${next}) (followers.${id} or [ ])
      ) steps;
      nexts = id: builtins.length (builtins.filter (next: kept.${next} || leads.${next}) followers.${id});

      # What a step waits for, without what is left out.
      waits = lib.mapAttrs (
        _: step:
        let
          throughAfter = map seen step.after;
          throughCompletion = map seen (step.afterCompletion or [ ]);
          after = unique (builtins.concatMap (before: before.after) throughAfter);
          ended =
            builtins.concatMap (before: before.afterCompletion) throughAfter
            ++ builtins.concatMap (before: before.after ++ before.afterCompletion) throughCompletion;
          # Success is more than an end.
          afterCompletion = lib.optionals (ended != [ ]) (
            builtins.attrNames (removeAttrs (builtins.groupBy (id: id) ended) after)
          );
        in
        builtins.seq after (builtins.seq afterCompletion { inherit after afterCompletion; })
      ) steps;

      isBarrier = lib.mapAttrs (
        id: _:
        !kept.${id}
        && leads.${id}
        && pays (builtins.length (waits.${id}.after ++ waits.${id}.afterCompletion)) (nexts id)
      ) steps;

      # What waiting for a step means.
      seen =
        id:
        if kept.${id} then
          {
            after = [ id ];
            afterCompletion = [ ];
          }
        else if isBarrier.${id} then
          {
            after = [ (barrierId id) ];
            afterCompletion = [ ];
          }
        else
          waits.${id};
      barrierId = id: if steps.${id}.kind == "barrier" then id else "barrier:${id}";

      withOrder = step: id: step // { inherit (waits.${id}) after afterCompletion; };
      all = forced leads (lib.reverseList order) (forced waits order order);
    in
    lib.listToAttrs (
      builtins.concatMap (
        id:
        if kept.${id} then
          [ (lib.nameValuePair id (withOrder steps.${id} id)) ]
        else if isBarrier.${id} then
          [ (lib.nameValuePair (barrierId id) (withOrder { kind = "barrier"; } id)) ]
        else
          [ ]
      ) all
    );
}
