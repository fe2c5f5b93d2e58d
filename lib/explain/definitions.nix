# The definitions at a path, with their priorities. Knows mkIf, mkMerge, mkOverride and mkOrder.
{ lib }:
let
  normal = 100;

  # The outermost priority counts.
  atPriority = state: priority: if state.priority == null then priority else state.priority;

  # Down to an option, as the module system does it: conditions are carried along, and looked at when something is there.
  toOption =
    path: state: value:
    let
      on = toOption path;
      kind = value._type or null;
    in
    # Not a look at the value before its conditions hold.
    if path == [ ] then
      lib.optionals (builtins.all lib.id state.conditions) (discharged state value)
    else if builtins.isAttrs value && kind != null then
      {
        merge = lib.concatMap (on state) value.contents;
        "if" = on (state // { conditions = state.conditions ++ [ value.condition ]; }) value.content;
        override = on (state // { priority = atPriority state value.priority; }) value.content;
        order = on state value.content;
        definition = on (state // { inherit (value) file; }) value.value;
      }
      .${kind} or [ ]
    else if builtins.isAttrs value then
      lib.optionals (value ? ${builtins.head path}) (
        toOption (builtins.tail path) state value.${builtins.head path}
      )
    else
      [ ];

  # Without properties: a list of { file; priority; value; }.
  discharged =
    state: value:
    let
      kind = value._type or null;
      itself = [
        {
          inherit (state) file;
          inherit value;
          priority = atPriority state normal;
        }
      ];
    in
    if !builtins.isAttrs value || kind == null then
      itself
    else
      {
        merge = lib.concatMap (discharged state) value.contents;
        "if" = lib.optionals value.condition (discharged state value.content);
        # Not a look at its content, which nobody evaluates when it loses.
        override = [
          {
            inherit (state) file;
            value = withoutOrder value.content;
            priority = atPriority state value.priority;
          }
        ];
        order = discharged state value.content;
        definition = discharged (state // { inherit (value) file; }) value.value;
      }
      .${kind} or itself;

  withoutOrder =
    value: if builtins.isAttrs value && value._type or null == "order" then value.content else value;

  stateOf = file: {
    inherit file;
    priority = null;
    conditions = [ ];
  };

  # Inside of a value each level has a priority. A function may say anything.
  inside =
    path:
    { file, value, ... }:
    lib.concatMap (
      found:
      let
        isOpen = path != [ ] && (builtins.isFunction found.value || builtins.isPath found.value);
        deeper = inside (builtins.tail path) {
          inherit (found) file;
          value = found.value.${builtins.head path};
        };
      in
      if path == [ ] || isOpen then
        [
          {
            inherit (found) file value;
            inherit isOpen;
            priorities = [ found.priority ];
          }
        ]
      else if builtins.isAttrs found.value && found.value ? ${builtins.head path} then
        map (definition: definition // { priorities = [ found.priority ] ++ definition.priorities; }) deeper
      else
        [ ]
    ) (discharged (stateOf file) value);

  # The priority by which one lost against another: the first level at which they differ.
  lostBy =
    strongest: definition:
    (lib.findFirst (pair: pair.fst != pair.snd) { snd = normal; } (
      lib.zipLists strongest definition.priorities
    )).snd;
in
{
  /**
    What a definition, which is a whole configuration, says about an option.

    # Type

    ```
    about :: [ string ] -> { file; value; } -> [ { file; priority; value; } ]
    ```
  */
  about = path: definition: toOption path (stateOf definition.file) definition.value;

  /**
    What definitions of an option say about a path in its value: those that count, and those that a stronger one overrides.

    # Type

    ```
    within :: [ string ] -> [ { file; value; } ] -> { strong = [ { file; value; } ]; weak = [ { file; priority; value; } ]; }
    ```
  */
  within =
    path: definitions:
    let
      found = lib.concatMap (inside path) definitions;
      closed = builtins.filter (definition: !definition.isOpen) found;
      strongest = builtins.head (
        builtins.sort (a: b: a < b) (map (definition: definition.priorities) closed)
      );
      parted = builtins.partition (
        definition: definition.isOpen || definition.priorities == strongest
      ) found;
    in
    {
      strong = parted.right;
      weak = map (definition: definition // { priority = lostBy strongest definition; }) parted.wrong;
    };
}
