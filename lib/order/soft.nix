# Soft orders: they lose against any other order that says the opposite.
{ lib }:
let
  node = name: "node ${name}";

  # Build, copy, activation and check of a node come one after the other.
  ownerOf =
    id:
    let
      parts = builtins.match "(build|copy|activate|check):(.*)" id;
    in
    if parts == null then "step ${id}" else node (builtins.elemAt parts 1);
  pointsOf = side: map node side.nodes ++ map ownerOf side.ids;

  # What each point waits for. A point of its own for each order keeps this as small as what was said.
  waitsOf =
    orders:
    lib.zipAttrsWith (_: lib.concatLists) (
      lib.imap0 (
        index: order:
        let
          between = "order ${toString index}";
        in
        lib.genAttrs (pointsOf order.next) (_: [ between ]) // { ${between} = pointsOf order.first; }
      ) orders
    );

  # Everything that comes before a node, as an attribute set.
  beforeNode =
    waits: name:
    lib.genAttrs (map (item: item.key) (
      builtins.genericClosure {
        startSet = [ { key = node name; } ];
        operator = item: map (key: { inherit key; }) (waits.${item.key} or [ ]);
      }
    )) (_: true);

  nodesOnly = nodes: {
    inherit nodes;
    ids = [ ];
    problems = [ ];
  };

  # The nodes of `first` that the node can wait for, given what was said.
  possible =
    said: order:
    let
      waits = waitsOf said;
      before = lib.genAttrs order.first.nodes (beforeNode waits);
    in
    name: builtins.filter (first: !(before.${first} ? ${node name})) order.first.nodes;

  # One order after the other, and in it one node after the other where something contradicts.
  add =
    said: order:
    let
      possibleNow = possible said order;
      parts = builtins.partition (name: possibleNow name == order.first.nodes) order.next.nodes;
      step =
        said: name:
        let
          first = possible said order name;
        in
        said
        ++ lib.optional (first != [ ]) (
          order
          // {
            first = nodesOnly first;
            next = nodesOnly [ name ];
          }
        );
      agreed = order // {
        next = order.next // {
          nodes = parts.right;
        };
      };
    in
    lib.foldl' step (said ++ [ agreed ]) parts.wrong;

  # What rollouts make of order by themselves: a canary that somebody named comes before the others, and gates that orders name come
  # before and after all nodes of their rollout.
  impliedBy =
    rollouts: orders:
    let
      stepsOnly = id: {
        nodes = [ ];
        ids = [ id ];
        problems = [ ];
      };
      ofCanary =
        { settings, nodes, ... }:
        lib.optional (builtins.isString settings.canary && builtins.elem settings.canary nodes) {
          first = nodesOnly [ settings.canary ];
          next = nodesOnly (lib.remove settings.canary nodes);
        };
      ofGate =
        id:
        let
          parts = builtins.match "gate:(.*):([0-9]+)" id;
          members = nodesOnly (rollouts.${builtins.head parts}.nodes or [ ]);
        in
        lib.optional (parts != null) (
          if lib.last parts == "0" then
            {
              first = stepsOnly id;
              next = members;
            }
          else
            {
              first = members;
              next = stepsOnly id;
            }
        );
    in
    lib.concatMap ofCanary (builtins.attrValues rollouts)
    ++ lib.concatMap ofGate (
      lib.unique (lib.concatMap (order: order.first.ids ++ order.next.ids) orders)
    );
in
rollouts: orders:
let
  implied = impliedBy rollouts orders;
  parts = builtins.partition (order: order.soft or false) orders;
  byWeight = lib.sort (a: b: a.weight > b.weight) parts.right;
in
lib.drop (builtins.length implied) (lib.foldl' add (implied ++ parts.wrong) byWeight)
