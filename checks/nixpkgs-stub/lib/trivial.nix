# Functions on values of any kind, numbers included.
{ lib }:
let
  inherit (builtins)
    concatStringsSep
    elem
    functionArgs
    isAttrs
    isFunction
    trace
    ;

  hexDigits = [
    "0"
    "1"
    "2"
    "3"
    "4"
    "5"
    "6"
    "7"
    "8"
    "9"
    "A"
    "B"
    "C"
    "D"
    "E"
    "F"
  ];

  isFunction' = f: isFunction f || (isAttrs f && f ? __functor && isFunction' (f.__functor f));

  quoted = builtins.toJSON;
  digitValue = char: lib.lists.findFirstIndex (c: c == lib.toUpper char) null hexDigits;

  # Digits of a number that is not negative, most significant first.
  digitsOf =
    base: n: if n < base then [ n ] else digitsOf base (n / base) ++ [ (n - base * (n / base)) ];

  warn = message: value: trace "evaluation warning: ${message}" value;
  release = "26.11";
in
{
  inherit (builtins)
    add
    bitAnd
    bitOr
    bitXor
    ceil
    deepSeq
    div
    floor
    genericClosure
    isBool
    isFloat
    isInt
    lessThan
    mul
    pathExists
    readFile
    seq
    sub
    ;
  inherit warn release;

  id = x: x;
  const = x: _: x;
  flip =
    f: a: b:
    f b a;
  pipe = builtins.foldl' (value: f: f value);
  concat = a: b: a ++ b;
  or = a: b: a || b;
  and = a: b: a && b;
  xor = a: b: a != b;
  bitNot = builtins.sub (-1);
  boolToString = b: if b then "true" else "false";
  boolToYesNo = b: if b then "yes" else "no";
  mergeAttrs = a: b: a // b;
  defaultTo = default: value: if value == null then default else value;
  mapNullable = f: value: if value == null then null else f value;

  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
  mod = a: b: a - b * (a / b);
  compare =
    a: b:
    if a < b then
      -1
    else if a > b then
      1
    else
      0;
  splitByAndCompare =
    isFirst: first: rest: a: b:
    if isFirst a then
      if isFirst b then first a b else -1
    else if isFirst b then
      1
    else
      rest a b;

  isFunction = isFunction';
  functionArgs =
    f: if f ? __functor then f.__functionArgs or (lib.functionArgs (f.__functor f)) else functionArgs f;
  setFunctionArgs = f: args: {
    __functor = _: f;
    __functionArgs = args;
  };
  toFunction = value: if isFunction' value then value else _: value;
  mirrorFunctionArgs = f: lib.flip lib.setFunctionArgs (lib.functionArgs f);

  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: builtins.fromTOML (builtins.readFile path);

  warnIf = condition: message: if condition then warn message else lib.id;
  warnIfNot = condition: lib.warnIf (!condition);
  throwIf = condition: message: if condition then throw message else lib.id;
  throwIfNot = condition: message: if condition then lib.id else throw message;
  info = message: trace "INFO: ${message}";
  showWarnings = warnings: value: builtins.foldl' (acc: message: warn message acc) value warnings;
  checkListOfEnum =
    message: valid: given: value:
    let
      invalid = builtins.filter (x: !elem x valid) given;
    in
    if invalid == [ ] then
      value
    else
      throw "${message}: ${concatStringsSep " " (map toString invalid)} unexpected; valid ones: ${concatStringsSep " " (map toString valid)}";

  toBaseDigits = digitsOf;
  toHexString = n: lib.concatMapStrings (builtins.elemAt hexDigits) (digitsOf 16 n);

  fromHexString =
    text:
    let
      digits = builtins.match "(0x)?([0-9a-fA-F]+)" text;
    in
    if digits == null then
      throw "fromHexString: ${quoted text} is not a hexadecimal number"
    else
      builtins.foldl' (n: char: 16 * n + digitValue char) 0 (
        lib.stringToCharacters (lib.toLower (builtins.elemAt digits 1))
      );

  version = release + "pre-stub";
  versionSuffix = "pre-stub";
  oldestSupportedRelease = 2605;
  isInOldestRelease = since: 2605 >= since;
  oldestSupportedReleaseIsAtLeast = since: 2605 >= since;
  revisionWithDefault = default: default;
  codeName = "Stub";
  nixpkgsVersion = release + "pre-stub";
  inNixShell = builtins.getEnv "IN_NIX_SHELL" != "";
  inPureEvalMode = !builtins ? currentSystem;
}
