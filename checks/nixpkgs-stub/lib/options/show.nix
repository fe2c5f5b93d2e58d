# Options, files and definitions as they appear in messages.
{ lib }:
let
  inherit (builtins) match tryEval;

  # Parts of a path that are no option names themselves (`*`, `<name>`) stay as they are.
  showPart =
    part:
    if builtins.elem part [ "*" ] || match "<.*>" part != null then
      part
    else
      lib.escapeNixIdentifier part;

  prettyValue =
    value:
    lib.generators.toPretty { } (
      lib.generators.withRecursion {
        depthLimit = 10;
        throwOnDepthLimit = false;
      } value
    );

  indentRest = text: builtins.replaceStrings [ "\n" ] [ "\n    " ] text;

  # Five lines are enough to recognise a definition.
  shorten =
    text:
    let
      lines = lib.splitString "\n" text;
    in
    if builtins.length lines > 5 then
      lib.concatStringsSep "\n" (lib.take 5 lines ++ [ "..." ])
    else
      text;

  showDef =
    def:
    let
      shown = tryEval (builtins.deepSeq (prettyValue def.value) (prettyValue def.value));
    in
    "\n- In `${def.file}'" + lib.optionalString shown.success ": ${indentRest (shorten shown.value)}";
in
{
  showOption = path: lib.concatMapStringsSep "." showPart path;
  showFiles = files: lib.concatMapStringsSep " and " (file: "`${file}'") files;
  showDefs = lib.concatMapStrings showDef;
  showOptionWithDefLocs =
    option:
    lib.showOption option.loc
    + ", with values defined in:\n"
    + lib.concatMapStringsSep "\n" (file: "  - ${file}") option.files;
  unknownModule = "<unknown-file>";
  getFiles = map (def: def.file);
  getValues = map (def: def.value);
}
