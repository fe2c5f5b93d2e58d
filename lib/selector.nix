# Selectors: words that name nodes, such as `web1`, `web*`, `@edge`, `role:web`, `module:hello.morning` and `@edge & !web1`.
# The grammar is that of docs/selectors.md; the driver has the same one, and both run the cases of checks/selectors.json.
{ lib, errors }:
let
  inherit (errors) quote quoteList;

  trim =
    text:
    let
      inner = builtins.head (builtins.match "[[:space:]]*(.*[^[:space:]])?[[:space:]]*" text);
    in
    if inner == null then "" else inner;

  # In the classes of a pattern each range goes upwards.
  rangesGoUp =
    pattern:
    let
      captured = regex: text: builtins.filter builtins.isList (builtins.split regex text);
      classes = map builtins.head (captured "(\\[[^]]*])" pattern);
      ranges = lib.concatMap (captured "([a-zA-Z0-9])-([a-zA-Z0-9])") classes;
    in
    builtins.all (range: builtins.head range <= lib.last range) ranges;

  toRegex = builtins.replaceStrings [ "." "*" "?" "[!" ] [ "\\." ".*" "." "[^" ];

  isGlob = pattern: builtins.match ".*[*?[].*" pattern != null;

  # { negated; kind = "node" | "tag" | "role" | "module"; pattern; }, or null when it is no term.
  parseTerm =
    text:
    let
      parts = builtins.match "(!?)[[:space:]]*(@|role:|module:)?(([a-zA-Z0-9_.*?-]|\\[!?[a-zA-Z0-9_.-]+])+)" (
        trim text
      );
      prefix = builtins.elemAt parts 1;
      pattern = builtins.elemAt parts 2;
      kinds = {
        "@" = "tag";
        "role:" = "role";
        "module:" = "module";
      };
    in
    if parts == null || !rangesGoUp pattern then
      null
    else
      {
        negated = builtins.head parts != "";
        kind = if prefix == null then "node" else kinds.${prefix};
        inherit pattern;
      };

  parse = text: map parseTerm (lib.splitString "&" text);

  # What the index has under a pattern.
  matching =
    index: pattern:
    if isGlob pattern then
      builtins.filter (name: builtins.match (toRegex pattern) name != null) (builtins.attrNames index)
    else
      lib.optional (index ? ${pattern}) pattern;

  setOf = names: lib.genAttrs names (_: true);
  union = lib.zipAttrsWith (_: builtins.head);

  singular = {
    node = "node";
    tag = "tag";
    role = "role";
    module = "instance of a module";
  };
  plural = {
    node = "Nodes are";
    tag = "Tags are";
    role = "Roles are";
    module = "Instances are";
  };

  unknown =
    index: term:
    let
      names = builtins.attrNames index;
    in
    {
      inherit (term) kind;
      word = term.pattern;
      suggestion = if isGlob term.pattern then null else errors.nearest term.pattern names;
      message =
        if isGlob term.pattern then
          "no ${singular.${term.kind}} matches ${quote term.pattern}. ${plural.${term.kind}} ${quoteList names}"
        else
          "there is no ${singular.${term.kind}} ${quote term.pattern}.${errors.meant term.pattern names} ${plural.${term.kind}} ${quoteList names}";
    };

  resolveTerm =
    context: term:
    let
      index = context.${term.kind};
      found = matching index term.pattern;
      nodes = union (map (name: index.${name}) found);
    in
    {
      nodes = if term.negated then removeAttrs context.node (builtins.attrNames nodes) else nodes;
      problems = lib.optional (found == [ ]) (unknown index term);
    };

  # One selector: what all of its terms name.
  resolveOne =
    context: text:
    let
      terms = parse text;
      resolved = map (resolveTerm context) terms;
      malformed = builtins.elem null terms;
    in
    if malformed then
      {
        isExclusion = false;
        nodes = { };
        problems = [
          {
            kind = "selector";
            word = text;
            suggestion = null;
            message = "${quote text} is no selector. Selectors are a node, a pattern such as \"web*\", \"@tag\", \"role:web\", \"module:hello.morning\", each with \"!\" for the others, joined by \"&\"";
          }
        ];
      }
    else
      {
        isExclusion = builtins.all (term: term.negated) terms;
        nodes = lib.foldl' (a: b: builtins.intersectAttrs b.nodes a) context.node resolved;
        problems = lib.concatMap (item: item.problems) resolved;
      };
in
{
  /**
    What selectors look up: the sets of nodes by node, by tag, by role and by instance of a module.

    # Type

    ```
    contextOf :: {
      tags = { <node> = [ tag ]; };
      members = { <role> = { <node> = true; }; };
      instances = { "<module>.<instance>" = { <node> = true; }; };
    } -> context
    ```
  */
  contextOf =
    {
      tags,
      members,
      instances,
    }:
    {
      node = lib.mapAttrs (name: _: { ${name} = true; }) tags;
      tag = lib.mapAttrs (_: nodes: setOf nodes) (
        lib.zipAttrs (lib.mapAttrsToList (name: words: lib.genAttrs words (_: name)) tags)
      );
      role = members;
      module = instances;
    };

  /**
    The nodes that a list of selectors names, sorted, and what is wrong with it: `problems` is a list of `{ kind; word; suggestion; message; }`.

    # Type

    ```
    resolve :: context -> [ string ] -> { nodes = [ name ]; problems = [ problem ]; }
    ```
  */
  resolve =
    context: selectors:
    let
      all = map (resolveOne context) selectors;
      exclusions = builtins.filter (item: item.isExclusion) all;
      others = builtins.filter (item: !item.isExclusion) all;
      start =
        if others == [ ] && exclusions != [ ] then context.node else union (map (item: item.nodes) others);
    in
    {
      nodes = builtins.attrNames (
        lib.foldl' (nodes: item: builtins.intersectAttrs item.nodes nodes) start exclusions
      );
      problems = lib.concatMap (item: item.problems) all;
    };

  /**
    Those of the names of one kind (`"role"`, `"module"`) that selectors name, directly or by a pattern: what they depend on.

    # Type

    ```
    namedIn :: kind -> [ name ] -> [ string ] -> [ name ]
    ```
  */
  namedIn =
    kind: names: selectors:
    let
      terms = builtins.filter (term: term != null && term.kind == kind) (lib.concatMap parse selectors);
      index = setOf names;
    in
    lib.unique (lib.concatMap (term: matching index term.pattern) terms);
}
