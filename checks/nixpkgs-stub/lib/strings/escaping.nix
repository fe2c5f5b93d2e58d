# Quoting text for shells, Nix, regular expressions, XML and URLs.
{ lib }:
let
  inherit (builtins)
    isList
    match
    replaceStrings
    toJSON
    ;

  escape = chars: replaceStrings chars (map (char: "\\${char}") chars);

  escapeShellArg =
    value:
    let
      text = toString value;
    in
    if match "[[:alnum:],._+:@%/-]+" text != null then
      text
    else
      "'${replaceStrings [ "'" ] [ "'\\''" ] text}'";

  shellName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;

  unreservedInUrl = lib.stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  nixKeywords = [
    "assert"
    "else"
    "if"
    "in"
    "inherit"
    "let"
    "or"
    "rec"
    "then"
    "with"
  ];
in
{
  inherit escape escapeShellArg;

  escapeC =
    chars:
    replaceStrings chars (
      map (c: "\\x${lib.toLower (lib.toHexString (lib.strings.charToInt c))}") chars
    );
  escapeURL =
    let
      toEscape = lib.subtractLists unreservedInUrl lib.strings.asciiTable;
      code = c: "%${lib.fixedWidthString 2 "0" (lib.toHexString (lib.strings.charToInt c))}";
    in
    replaceStrings toEscape (map code toEscape);
  escapeShellArgs = lib.concatMapStringsSep " " escapeShellArg;
  escapeRegex = escape (lib.stringToCharacters "\\[{()^$?*+|.");
  escapeXML = replaceStrings [ "\"" "'" "<" ">" "&" ] [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];
  escapeNixString = text: replaceStrings [ "$" ] [ "\\$" ] (toJSON text);
  escapeNixIdentifier =
    text:
    if match "[a-zA-Z_][a-zA-Z0-9_'-]*" text != null && !builtins.elem text nixKeywords then
      text
    else
      lib.escapeNixString text;

  isValidPosixName = shellName;
  toShellVar =
    name: value:
    lib.throwIfNot (shellName name) "toShellVar: ${name} is not a valid shell variable name" (
      if builtins.isAttrs value && !lib.isStringLike value then
        "declare -A ${name}=(${
          lib.concatStringsSep " " (
            lib.mapAttrsToList (n: v: "[${escapeShellArg n}]=${escapeShellArg v}") value
          )
        })"
      else if isList value then
        "declare -a ${name}=(${lib.escapeShellArgs value})"
      else
        "${name}=${escapeShellArg value}"
    );
  toShellVars = vars: lib.concatStringsSep "\n" (lib.mapAttrsToList lib.toShellVar vars);

  mesonOption = feature: value: "-D${feature}=${value}";
  mesonBool = feature: flag: "-D${feature}=${lib.boolToString flag}";
  cmakeFeature = feature: value: "-D${feature}:STRING=${value}";
  cmakeBool = feature: flag: "-D${feature}:BOOL=${if flag then "TRUE" else "FALSE"}";
}
