# Command lines made from attribute sets.
{ lib }:
let
  defaultName = name: if builtins.stringLength name > 1 then "--${name}" else "-${name}";
  asText = value: if builtins.isString value then value else builtins.toJSON value;
in
{
  toGNUCommandLine =
    {
      mkOptionName ? defaultName,
      mkBool ? name: value: lib.optional value (mkOptionName name),
      mkList ? name: values: builtins.concatMap (mkOption name) values,
      optionValueSeparator ? null,
      mkOption ?
        name: value:
        if value == null then
          [ ]
        else if optionValueSeparator == null then
          [
            (mkOptionName name)
            (asText value)
          ]
        else
          [ "${mkOptionName name}${optionValueSeparator}${asText value}" ],
    }:
    let
      render =
        name: value:
        if builtins.isBool value then
          mkBool name value
        else if builtins.isList value then
          mkList name value
        else
          mkOption name value;
    in
    set: builtins.concatLists (lib.mapAttrsToList render set);
  toGNUCommandLineShell = settings: set: lib.escapeShellArgs (lib.cli.toGNUCommandLine settings set);
}
