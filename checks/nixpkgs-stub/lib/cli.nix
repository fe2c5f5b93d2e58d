# Command lines made from attribute sets.
{ lib }:
let
  optionName = name: if builtins.stringLength name > 1 then "--${name}" else "-${name}";
  arguments =
    name: value:
    if value == null || value == false then
      [ ]
    else if value == true then
      [ (optionName name) ]
    else if builtins.isList value then
      builtins.concatMap (arguments name) value
    else
      [
        (optionName name)
        (if builtins.isString value then value else builtins.toJSON value)
      ];
in
{
  toGNUCommandLine = _: set: builtins.concatLists (lib.mapAttrsToList arguments set);
  toGNUCommandLineShell = settings: set: lib.escapeShellArgs (lib.cli.toGNUCommandLine settings set);
}
