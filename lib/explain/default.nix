# Where a value on a node comes from: which modules of which files define an option, and which of them count, for people.
{ lib, errors }:
let
  inherit (errors) quote quoteList;
  show = import ./show.nix { inherit lib; };
  definitions = import ./definitions.nix { inherit lib; };
  placeIn = import ./place.nix { inherit lib; };
  allDefinitions = import ./all-definitions.nix { inherit lib; };

  # The option that a path leads to, and the rest of the path, which is inside of its value.
  resolve =
    options: path:
    lib.foldl'
      (
        state: name:
        if state.missing != null then
          state
        else if lib.isOption state.at then
          state // { rest = state.rest ++ [ name ]; }
        else if state.at ? ${name} then
          state
          // {
            at = state.at.${name};
            seen = state.seen ++ [ name ];
          }
        else
          state // { missing = name; }
      )
      {
        at = options;
        seen = [ ];
        rest = [ ];
        missing = null;
      }
      path;

  namesIn = options: builtins.filter (name: !(lib.hasPrefix "_" name)) (builtins.attrNames options);

  # The three names that were most probably meant: alike, or longer ones.
  meant =
    word: names:
    let
      limit = lib.max 2 (builtins.stringLength word / 3);
      isNear =
        name:
        lib.hasInfix (lib.toLower word) (lib.toLower name) || lib.strings.levenshteinAtMost limit word name;
      near = lib.take 3 (lib.sortOn (lib.strings.levenshtein word) (builtins.filter isNear names));
    in
    lib.optionalString (near != [ ]) " Did you mean ${lib.concatMapStringsSep " or " quote near}?";

  # The weakest definition of all.
  defaultOf =
    option:
    lib.optional (option ? default) {
      file = builtins.head option.declarations;
      # As a text where there is one: it may not be meant to be evaluated on this node.
      value = option.defaultText or option.default;
      inherit (lib.mkOptionDefault null) priority;
    };
in
{
  systems,
  pins,
}:
node: path:
let
  option = lib.showOption path;
  system = systems.${node};
  resolved = resolve system.options path;
  found = resolved.at;
  place = placeIn pins.${node};

  definition = said: place said.file // { value = show said.value; };
  weaker = said: definition said // { inherit (said) priority; };

  said = definitions.within resolved.rest found.definitionsWithLocations;
  # Definitions of the option that lost as a whole, if they say something at the path.
  lost =
    lib.concatMap
      (
        lost:
        map (found: found // { inherit (lost) priority; })
          (definitions.within resolved.rest [ lost ]).strong
      )
      (
        builtins.filter (said: said.priority > found.highestPrio) (
          lib.concatMap (definitions.about resolved.seen) (allDefinitions system) ++ defaultOf found
        )
      );

  described = {
    kind = "option";
    type = found.type.description or null;
    declarations = map place found.declarations;
    # Of the option as a whole, so they say nothing about what is inside of its value.
    isDefault = resolved.rest == [ ] && found.highestPrio >= (lib.mkOptionDefault null).priority;
    priority = if resolved.rest == [ ] && found.isDefined then found.highestPrio else null;
    definitions = map definition said.strong;
    overridden = map weaker (lib.sortOn (found: found.priority) (said.weak ++ lost));
    value =
      if lib.hasAttrByPath path system.config then
        show (lib.getAttrFromPath path system.config)
      else
        "<nothing: the option has no value>";
  };

  isOutsideOfValue = resolved.rest != [ ] && !(lib.hasAttrByPath path system.config);

  missing = message: {
    kind = "missing";
    inherit message;
  };
  parent = lib.showOption resolved.seen;
in
if !(systems ? ${node}) then
  missing "there is no node ${quote node}.${errors.meant node (builtins.attrNames systems)} Nodes are ${quoteList (builtins.attrNames systems)}."
else if resolved.missing != null then
  missing (
    "the node ${quote node} has no option ${option}: ${
      if resolved.seen == [ ] then "there is" else "${parent} has"
    } no ${quote resolved.missing}.${meant resolved.missing (namesIn found)}"
    + lib.optionalString (
      resolved.seen != [ ]
    ) "\n  help: list what is there, with `netlib explain ${node} ${parent}`"
  )
else if !(lib.isOption found) then
  {
    inherit node option;
    kind = "options";
    children = namesIn found;
  }
else if isOutsideOfValue then
  missing "the option ${parent} of the node ${quote node} has no ${quote (lib.last path)} in its value."
else
  { inherit node option; } // described
