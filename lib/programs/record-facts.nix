# A shell script that writes what nodes said to facts/NODE.json beside the flake: evaluated by the step, with its context. Facts of
# other names stay, and a file that would say the same is not touched. NETLIB_FACTS says which nodes there are, and which of their facts
# no other node can have.
let
  inherit (builtins)
    addErrorContext
    attrNames
    attrValues
    concatMap
    concatStringsSep
    elem
    filter
    foldl'
    fromJSON
    getEnv
    groupBy
    isAttrs
    isString
    match
    pathExists
    readFile
    replaceStrings
    split
    tail
    toJSON
    ;
  context = fromJSON (readFile (getEnv "NETLIB_CONTEXT"));
  inherit (context.request) folder;
  known = fromJSON (readFile (getEnv "NETLIB_FACTS"));

  quote =
    text:
    if match "[A-Za-z0-9/._-]+" text != null then
      text
    else
      "'${replaceStrings [ "'" ] [ "'\\''" ] text}'";
  say = record: "say ${quote (toJSON record)}";
  note = text: say { note = text; };

  help = file: "while reading ${file} (help: correct it, or remove it and gather again)";
  read = file: addErrorContext (help file) (fromJSON (readFile file));
  pretty =
    facts:
    let
      line = name: "  ${toJSON name}: ${toJSON facts.${name}}";
    in
    "{\n${concatStringsSep ",\n" (map line (attrNames facts))}\n}";

  fileOf = node: "${folder}/facts/${node}.json";
  beforeOf = node: if pathExists (fileOf node) then read (fileOf node) else { };
  saidBy =
    node: foldl' (all: record: all // record.fact) { } context.nodes.${node}.records."facts:${node}";

  # Who has a value from now on: of nodes that said nothing, whatever stands between quotes, as their files may be damaged.
  ownersOf =
    let
      valuesOf =
        node:
        if isDone node then
          (if isAttrs (beforeOf node) then attrValues (beforeOf node // saidBy node) else [ ])
        else if pathExists (fileOf node) then
          split "\"" (readFile (fileOf node))
        else
          [ ];
    in
    groupBy (entry: entry.value) (
      concatMap (node: map (value: { inherit value node; }) (filter isString (valuesOf node))) known.nodes
    );

  # Facts that a node says, and did not say before, and that others have: those of a copy, or of a node that lies.
  takenBy =
    node:
    let
      others = fact: filter (owner: owner.node != node) ownersOf.${(saidBy node).${fact}} or [ ];
      isTaken =
        fact:
        elem fact (known.unique.${node} or [ ])
        && (beforeOf node).${fact} or null != (saidBy node).${fact}
        && others fact != [ ];
    in
    map (fact: "${fact} of `${node}` is that of `${(builtins.head (others fact)).node}`") (
      filter isTaken (attrNames (saidBy node))
    );
  done = filter isDone (attrNames context.nodes);
  taken = concatMap takenBy done;

  afterOf = node: beforeOf node // saidBy node;
  isNew = node: isAttrs (beforeOf node) && takenBy node == [ ] && afterOf node != beforeOf node;
  write =
    node:
    if !isAttrs (beforeOf node) then
      say {
        problem = "${fileOf node} does not hold a JSON object; correct it, or remove it and gather again";
      }
    else if isNew node then
      "write ${quote (fileOf node)} ${quote (pretty (afterOf node))}"
    else
      "";

  # A line, however many nodes there are.
  new = filter isNew done;
  written =
    if new == [ ] then
      "${folder}/facts is unchanged"
    else
      "wrote ${folder}/facts/${builtins.head new}.json"
      + (if tail new == [ ] then "" else " and those of ${concatStringsSep ", " (tail new)}");

  # What a node said counts only as a whole.
  isDone = node: context.results."facts:${node}" or null == "done";
in
''
  ${concatStringsSep "\n" (map write done)}
  ${
    if taken == [ ] then
      ""
    else
      say {
        problem = "${concatStringsSep ", " taken}; nothing of these nodes was written (help: a copy of a machine has its private keys, too: remove them there and gather again. If neither is a copy, one of them lies: gather the other one alone, with --on, and look at that machine)";
      }
  }
  if is_unknown_to_git ${quote folder}; then
    ${note "${written}. New files must be tracked by git, or the flake does not see them: git -C ${quote folder} add facts"}
  else
    ${note written}
  fi
''
