# Orders that give way: where what else was said makes somebody come first who would come next, they do not say the opposite.
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

  # What each point waits for. A point of its own for each link keeps this as small as what was said.
  waitsOf =
    links:
    lib.zipAttrsWith (_: lib.concatLists) (
      lib.imap0 (
        index: link:
        let
          between = "link ${toString index}";
        in
        lib.genAttrs (pointsOf link.next) (_: [ between ]) // { ${between} = pointsOf link.first; }
      ) links
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
    said: link:
    let
      waits = waitsOf said;
      before = lib.genAttrs link.first.nodes (beforeNode waits);
    in
    name: builtins.filter (first: !(before.${first} ? ${node name})) link.first.nodes;

  # One order after the other, and in it one node after the other where something contradicts.
  add =
    said: link:
    let
      possibleNow = possible said link;
      parts = builtins.partition (name: possibleNow name == link.first.nodes) link.next.nodes;
      step =
        said: name:
        let
          first = possible said link name;
        in
        said
        ++ lib.optional (first != [ ]) (
          link
          // {
            first = nodesOnly first;
            next = nodesOnly [ name ];
          }
        );
      agreed = link // {
        next = link.next // {
          nodes = parts.right;
        };
      };
    in
    lib.foldl' step (said ++ [ agreed ]) parts.wrong;
in
links:
let
  parts = builtins.partition (link: link.yields or false) links;
in
lib.foldl' add parts.wrong parts.right
