# Selectors: words that name nodes, such as `web1`, `web*`, `@edge`, `role:web`, `module:hello.morning` and `@edge & !web1`.
# The grammar is that of docs/selectors.md, and checks/selectors.json its table of cases.
{ lib, errors }:
let
  inherit (errors) quoteList quoteWord;

  # Regular expressions of Nix give up on longer texts.
  longest = 1000;

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

  # Several stars in a row would only take time.
  oneStar =
    pattern:
    let
      fewer = builtins.replaceStrings [ "**" ] [ "*" ] pattern;
    in
    if fewer == pattern then pattern else oneStar fewer;

  toRegex =
    pattern: builtins.replaceStrings [ "." "*" "?" "[!" ] [ "\\." ".*" "." "[^" ] (oneStar pattern);

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

  parse =
    text:
    if builtins.stringLength text > longest then [ null ] else map parseTerm (lib.splitString "&" text);

  # `web1,web2` are two selectors.
  apart = lib.concatMap (text: if lib.hasInfix "{" text then [ text ] else lib.splitString "," text);

  # What the index has under a pattern.
  matching =
    index: pattern:
    if isGlob pattern then
      builtins.filter (name: builtins.match (toRegex pattern) name != null) (builtins.attrNames index)
    else
      lib.optional (index ? ${pattern}) pattern;

  setOf = names: lib.genAttrs names (_: true);
  # Each name once, in their order: `lib.unique` compares all pairs.
  once =
    names:
    map (item: item.key) (
      builtins.genericClosure {
        startSet = map (key: { inherit key; }) names;
        operator = _: [ ];
      }
    );
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

  none = {
    node = "nodes";
    tag = "tags";
    role = "roles";
    module = "instances of modules";
  };

  prefix = {
    node = "";
    tag = "@";
    role = "role:";
    module = "module:";
  };

  unknown =
    index: term:
    let
      names = builtins.attrNames index;
      isPattern = isGlob term.pattern;
      suggestion = if isPattern then null else errors.nearest term.pattern names;
      what =
        if isPattern then
          "no ${singular.${term.kind}} matches ${quoteWord term.pattern}"
        else
          "there is no ${singular.${term.kind}} ${quoteWord term.pattern}";
      meant = lib.optionalString (suggestion != null) " Did you mean ${errors.quote suggestion}?";
    in
    {
      inherit (term) kind;
      word = term.pattern;
      written = prefix.${term.kind} + term.pattern;
      inherit suggestion;
      message =
        if names == [ ] then
          "${what}. There are no ${none.${term.kind}}"
        else
          "${what}.${meant} ${plural.${term.kind}} ${quoteList names}";
    };

  malformed =
    text:
    let
      advice =
        if builtins.stringLength text > longest then
          "It has more than ${toString longest} characters"
        else if lib.hasInfix "{" text then
          "There are no braces: write `web[12]` or `web1,web2`"
        else if lib.hasInfix "&&" text then
          "Use a single `&` for what both name"
        else if trim text == "" then
          "It names nothing"
        else
          "Selectors are a node, a pattern such as `web*`, `@tag`, `role:web`, `module:hello.morning`, each with `!` for the others, joined by `&`";
    in
    {
      kind = "selector";
      word = text;
      written = text;
      suggestion = null;
      message = "${quoteWord text} is not a valid selector. ${advice}";
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
    in
    if builtins.elem null terms then
      {
        isExclusion = false;
        nodes = { };
        problems = [ (malformed text) ];
      }
    else
      {
        isExclusion = builtins.all (term: term.negated) terms;
        nodes = lib.foldl' (a: b: builtins.intersectAttrs b.nodes a) context.node resolved;
        problems = lib.concatMap (item: item.problems) resolved;
      };

  resolveAll =
    context: selectors:
    let
      all = map (resolveOne context) (apart selectors);
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

  # How much a selector says of the nodes that it names: a node's own name says all, each term joined by `&` says more, `*` and what
  # only leaves out say next to nothing.
  termRank =
    term:
    if term.negated then
      1
    else if term.kind == "node" && !isGlob term.pattern then
      1000
    else if term.kind == "node" && oneStar term.pattern == "*" then
      0
    else
      10;
  rankOf =
    text:
    let
      terms = parse text;
    in
    if builtins.elem null terms then 0 else lib.foldl' builtins.add 0 (map termRank terms);
in
{
  /**
    Of several named lists of selectors the one that is most specific about each node: `{ nodes.<node> = [ name ]; problems.<name>; }`.
    Several names are equally specific.

    # Type

    ```
    choose :: context -> { <name> = [ string ]; } -> { nodes = { <node> = [ name ]; }; problems = { <name> = [ problem ]; }; }
    ```
  */
  choose =
    context: named:
    let
      resolved = lib.mapAttrs (_: resolveAll context) named;
      taken = lib.mapAttrs (_: item: setOf item.nodes) resolved;
      claims = lib.concatLists (
        lib.mapAttrsToList (
          name: selectors:
          lib.concatMap (
            selector:
            map (node: {
              inherit name node;
              rank = rankOf selector;
            }) (builtins.filter (node: taken.${name} ? ${node}) (resolveAll context [ selector ]).nodes)
          ) (apart selectors)
        ) named
      );
      best =
        claims:
        let
          most = lib.foldl' lib.max 0 (map (claim: claim.rank) claims);
        in
        once (map (claim: claim.name) (builtins.filter (claim: claim.rank == most) claims));
    in
    {
      nodes = lib.mapAttrs (_: best) (builtins.groupBy (claim: claim.node) claims);
      problems = lib.mapAttrs (_: item: item.problems) resolved;
    };

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
    The nodes that a list of selectors names, sorted, and what is wrong with it: `problems` is a list of
    `{ kind; word; written; suggestion; message; }`.

    # Type

    ```
    resolve :: context -> [ string ] -> { nodes = [ name ]; problems = [ problem ]; }
    ```
  */
  resolve = resolveAll;

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
      terms = builtins.filter (term: term != null && term.kind == kind) (
        lib.concatMap parse (apart selectors)
      );
      index = setOf names;
    in
    once (lib.concatMap (term: matching index term.pattern) terms);
}
