# A shell script that writes what nodes said to facts/NODE.json beside the flake: evaluated by the step, with its context. Facts of
# other names stay, and a file that would say the same is not touched.
let
  inherit (builtins)
    addErrorContext
    attrNames
    concatStringsSep
    filter
    foldl'
    fromJSON
    getEnv
    isAttrs
    match
    pathExists
    readFile
    replaceStrings
    toJSON
    ;
  context = fromJSON (readFile (getEnv "NETLIB_CONTEXT"));
  inherit (context.request) folder;

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

  write =
    node:
    let
      file = "${folder}/facts/${node}.json";
      before = if pathExists file then read file else { };
      said = foldl' (all: record: all // record.fact) { } context.nodes.${node}.records."facts:${node}";
      facts = before // said;
    in
    if !isAttrs before then
      say { problem = "${file} does not hold a JSON object; correct it, or remove it and gather again"; }
    else if facts == before then
      note "${file} is unchanged"
    else
      "write ${quote file} ${quote (pretty facts)}\n${note "wrote ${file}"}";

  # What a node said counts only as a whole.
  isDone = node: context.results."facts:${node}" or null == "done";
in
''
  ${concatStringsSep "\n" (map write (filter isDone (attrNames context.nodes)))}
  if is_unknown_to_git ${quote folder}; then
    ${note "New files must be tracked by git, or the flake does not see them: git -C ${quote folder} add facts"}
  fi
''
