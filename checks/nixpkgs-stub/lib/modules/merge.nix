# From the definitions of one option to its value: conditions, priorities, order, type.
{ lib }:
let
  inherit (builtins)
    addErrorContext
    all
    any
    concatMap
    filter
    foldl'
    isAttrs
    isBool
    map
    ;
  errors = import ./errors.nix { inherit lib; };

  kindOf = value: value._type or null;

  holds =
    file: condition:
    if isBool condition then condition else throw (errors.conditionNotBool file condition);

  # The definitions that remain of one, as { file, value }, without conditions and merges.
  discharge =
    file: value:
    let
      kind = kindOf value;
    in
    if kind == null then
      [ { inherit file value; } ]
    else if kind == "merge" then
      concatMap (discharge file) value.contents
    else if kind == "if" then
      if holds file value.condition then discharge file value.content else [ ]
    else if kind == "definition" then
      discharge value.file value.value
    else
      [ { inherit file value; } ];

  # Carries marks on an attribute set down to its attributes: a list of unmarked sets, as { file, value }.
  pushDown =
    { file, value }@def:
    let
      kind = kindOf value;
      inside =
        content:
        pushDown {
          inherit file;
          value = content;
        };
      mark = f: content: map (d: d // { value = builtins.mapAttrs (_: f) d.value; }) (inside content);
    in
    if kind == null then
      [ def ]
    else if kind == "merge" then
      concatMap inside value.contents
    else if kind == "if" then
      mark (content: {
        _type = "if";
        inherit (value) condition;
        inherit content;
      }) value.content
    else if kind == "override" then
      mark (lib.mkOverride value.priority) value.content
    else if kind == "definition" then
      pushDown { inherit (value) file value; }
    else
      [ def ];

  priorityOf = def: if kindOf def.value == "override" then def.value.priority else 100;

  strongest =
    defs:
    if !any (def: kindOf def.value == "override") defs then
      {
        highestPrio = if defs == [ ] then 9999 else 100;
        values = defs;
      }
    else
      let
        highestPrio = foldl' (low: def: lib.min low (priorityOf def)) 9999 defs;
      in
      {
        inherit highestPrio;
        values = map (
          def: if kindOf def.value == "override" then def // { value = def.value.content; } else def
        ) (filter (def: priorityOf def == highestPrio) defs);
      };

  ordered =
    defs:
    if !any (def: kindOf def.value == "order") defs then
      defs
    else
      map (x: x.def) (
        builtins.sort (a: b: a.rank < b.rank) (
          map (
            def:
            if kindOf def.value == "order" then
              {
                rank = def.value.priority;
                def = def // {
                  value = def.value.content;
                };
              }
            else
              {
                rank = 1000;
                inherit def;
              }
          ) defs
        )
      );

  typed =
    loc: type: defs:
    if all (def: type.check def.value) defs then
      type.merge loc defs
    else
      throw (errors.notOfType loc type (filter (def: !type.check def.value) defs));

  conclude =
    loc: type: discharged:
    let
      ranked = strongest discharged;
      final = ordered ranked.values;
      isDefined = final != [ ];
      mergedValue = if isDefined then typed loc type final else throw (errors.noValue loc);
    in
    {
      inherit isDefined mergedValue;
      inherit (ranked) highestPrio;
      defsFinal = final;
      defsFinal' = ranked;
      optionalValue = if isDefined then { value = mergedValue; } else { };
    };

  dischargeAll = concatMap (
    def:
    addErrorContext "while evaluating definitions from `${def.file}':" (discharge def.file def.value)
  );
in
{
  inherit pushDown;

  mergeDefinitions =
    loc: type: defs:
    conclude loc type (dischargeAll defs);

  dischargeProperties = value: map (def: def.value) (discharge lib.unknownModule value);
  pushDownProperties =
    value:
    map (def: def.value) (pushDown {
      file = lib.unknownModule;
      inherit value;
    });
  filterOverrides = defs: (strongest defs).values;
  filterOverrides' = strongest;
  sortProperties = ordered;

  # An option record (one declaration) with everything that its definitions say.
  evalOptionValue =
    loc: option: defs:
    let
      given = dischargeAll defs;
      fallback = {
        file = builtins.head option.declarations;
        value = option.default;
      };
      # The usual case, a default that nobody touched, is not worth a sort by priority.
      result =
        if option ? default then
          if given == [ ] && !isMarked option.default then
            conclude loc option.type [ fallback ] // { highestPrio = 1500; }
          else
            conclude loc option.type (
              [ (fallback // { value = lib.mkOptionDefault option.default; }) ] ++ given
            )
        else
          conclude loc option.type given;
      settings = if option ? default then [ fallback ] ++ given else given;
      isMarked = value: isAttrs value && value ? _type;
      merged =
        if option.readOnly or false && builtins.length settings > 1 then
          throw (errors.readOnly loc settings)
        else
          result.mergedValue;
    in
    option
    // {
      value = addErrorContext "while evaluating the option `${lib.showOption loc}':" (
        if option ? apply then option.apply merged else merged
      );
      inherit loc;
      inherit (result) isDefined highestPrio;
      definitions = map (def: def.value) result.defsFinal;
      files = map (def: def.file) result.defsFinal;
      definitionsWithLocations = result.defsFinal;
      __toString = _: lib.showOption loc;
    };
}
