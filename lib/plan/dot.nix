# A plan as a picture in Graphviz's language: the steps of a node framed together.
{
  lib,
  document,
  ...
}:
let
  inherit (import ../topology/dot-text.nix { inherit lib; }) quoted;
  inherit (document) steps;

  frames = builtins.groupBy (id: steps.${id}.node or "") (builtins.attrNames steps);

  label = id: if steps.${id} ? node then steps.${id}.kind else id;
  shapes = {
    gate = " shape=diamond";
    barrier = " shape=point";
  };
  step = id: "    ${quoted id} [label=${quoted (label id)}${shapes.${steps.${id}.kind} or ""}];";

  # Graphviz frames only subgraphs whose name begins with `cluster`.
  frame =
    node: ids:
    [
      "  subgraph ${quoted (lib.optionalString (node != "") "cluster_${node}")} {"
      "    label=${quoted (if node == "" then "deployer" else node)};"
    ]
    ++ map step ids
    ++ [ "  }" ];

  # Dashed ones only wait for an end, however it comes.
  edges =
    id: step:
    map (before: "  ${quoted before} -> ${quoted id};") step.after
    ++ map (before: "  ${quoted before} -> ${quoted id} [style=dashed];") (step.afterCompletion or [ ]);
in
lib.concatLines (
  [
    "digraph ${quoted document.network.name} {"
    "  rankdir=LR;"
    "  node [shape=box];"
  ]
  ++ lib.concatLists (lib.mapAttrsToList frame frames)
  ++ lib.concatLists (lib.mapAttrsToList edges steps)
  ++ [ "}" ]
)
