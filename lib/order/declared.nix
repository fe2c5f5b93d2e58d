# Every declared order in one form: what comes first and what next, each as nodes and ids of steps.
{ lib, selector }:
{
  config,
  context,
  # Ids of all steps there are.
  isStep,
}:
let
  looksLikeStep = word: builtins.match "(build|copy|activate|check|gate):.*" word != null;

  ofSelectors =
    selectors:
    let
      resolved = selector.resolve context selectors;
    in
    {
      inherit (resolved) nodes problems;
      ids = [ ];
    };

  # Steps may be named as well as nodes.
  ofWords =
    words:
    let
      ids = builtins.filter (word: isStep word || looksLikeStep word) words;
      unknown = builtins.filter (id: !isStep id) ids;
      resolved = ofSelectors (lib.subtractLists ids words);
    in
    {
      inherit (resolved) nodes;
      ids = lib.subtractLists unknown ids;
      problems =
        map (id: {
          kind = "step";
          word = id;
        }) unknown
        ++ resolved.problems;
    };

  node = name: {
    nodes = [ name ];
    ids = [ ];
    problems = [ ];
  };
  step = id: {
    nodes = [ ];
    ids = [ id ];
    problems = [ ];
  };

  # An empty list makes no order.
  unless = words: order: lib.optional (words != [ ]) order;

  # An order of both kinds is two. One of neither is looked at all the same: its nodes may be misspelt.
  ofOrder =
    name: order:
    let
      nodes = ofSelectors order.nodes;
      said = {
        inherit (order) soft weight;
        origin = [
          "deploy"
          "order"
          name
        ];
      };
    in
    lib.optional (order.after != [ ] || order.before == [ ]) (
      said
      // {
        ends = {
          first = "after";
          next = "nodes";
        };
        first = ofSelectors order.after;
        next = nodes;
      }
    )
    ++ unless order.before (
      said
      // {
        ends = {
          first = "nodes";
          next = "before";
        };
        first = nodes;
        next = ofSelectors order.before;
      }
    );

  ofNode =
    name:
    { deploy, ... }:
    unless deploy.after {
      origin = [
        "nodes"
        name
        "deploy"
        "after"
      ];
      first = ofSelectors deploy.after;
      next = node name;
    }
    ++ unless deploy.before {
      origin = [
        "nodes"
        name
        "deploy"
        "before"
      ];
      first = node name;
      next = ofSelectors deploy.before;
    };

  ofStep =
    id:
    { after, before, ... }:
    unless after {
      origin = [
        "deploy"
        "steps"
        id
        "after"
      ];
      first = ofWords after;
      next = step id;
    }
    ++ unless before {
      origin = [
        "deploy"
        "steps"
        id
        "before"
      ];
      first = step id;
      next = ofWords before;
    };
in
lib.concatLists (lib.mapAttrsToList ofOrder config.deploy.order)
++ lib.concatLists (lib.mapAttrsToList ofNode config.nodes)
++ lib.concatLists (lib.mapAttrsToList ofStep config.deploy.steps)
