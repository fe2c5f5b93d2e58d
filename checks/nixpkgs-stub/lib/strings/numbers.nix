# Numbers as text, and versions.
_:
let
  inherit (builtins)
    compareVersions
    fromJSON
    head
    isInt
    match
    stringLength
    ;

  quoted = text: builtins.toJSON text;

  fixedWidthString =
    width: filler: text:
    let
      missing = width - stringLength text;
    in
    if missing < 0 then
      throw "fixedWidthString: ${quoted text} is longer than ${toString width} characters"
    else if missing == 0 then
      text
    else
      filler + fixedWidthString (width - stringLength filler) filler text;
in
{
  inherit fixedWidthString;

  fixedWidthNumber = width: number: fixedWidthString width "0" (toString number);
  toInt =
    text:
    let
      digits = match "[[:space:]]*(-?[[:digit:]]+)[[:space:]]*" text;
      octalLooking = match "[[:space:]]*0[[:digit:]]+[[:space:]]*" text;
    in
    if digits == null then
      throw "${quoted text} is not a whole number."
    else if octalLooking != null then
      throw "toInt: ${quoted text} could be octal or a decimal number with leading zeros; toIntBase10 reads it as decimal."
    else
      fromJSON (head digits);
  toIntBase10 =
    text:
    let
      digits = match "[[:space:]]*0*(-?[[:digit:]]+)[[:space:]]*" text;
      number = if digits == null then null else fromJSON (head digits);
    in
    if isInt number then number else throw "${quoted text} is not a whole number.";
  floatToString =
    number:
    let
      text = toString number;
      short = match "([0-9]*[.](|0|[0-9]*[1-9]))0+" text;
    in
    if short == null then text else head short;

  versionOlder = a: b: compareVersions b a == 1;
  versionAtLeast = a: b: compareVersions b a != 1;
  getName =
    package:
    if builtins.isString package then
      (builtins.parseDrvName package).name
    else
      package.pname or (builtins.parseDrvName package.name).name;
  getVersion =
    package:
    if builtins.isString package then
      (builtins.parseDrvName package).version
    else
      package.version or (builtins.parseDrvName package.name).version;
}
