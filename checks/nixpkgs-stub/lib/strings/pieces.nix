# Joining, splitting and searching text.
{ lib }:
let
  inherit (builtins)
    concatStringsSep
    filter
    genList
    head
    isList
    isString
    replaceStrings
    stringLength
    substring
    ;

  lowerLetters = lib.stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperLetters = lib.stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      rest = stringLength text - stringLength suffix;
    in
    rest >= 0 && substring rest (-1) text == suffix;

  trimWith =
    {
      start ? false,
      end ? false,
    }:
    text:
    let
      blank = "[ \t\r\n]*";
      left = head (builtins.match "${blank}(.*)" text);
      core =
        t:
        let
          m = builtins.match "(.*[^ \t\r\n])${blank}" t;
        in
        if m == null then "" else head m;
      begun = if start then left else text;
    in
    if end then core begun else begun;
in
{
  inherit (builtins)
    concatStringsSep
    isString
    match
    replaceStrings
    split
    storeDir
    stringLength
    substring
    unsafeDiscardStringContext
    readFile
    toJSON
    isPath
    ;
  inherit hasPrefix hasSuffix trimWith;

  join = concatStringsSep;
  concatStrings = concatStringsSep "";
  concatLines = lib.concatMapStrings (line: line + "\n");
  concatMapStrings = f: list: concatStringsSep "" (map f list);
  concatImapStrings = f: list: concatStringsSep "" (lib.imap1 f list);
  concatMapStringsSep =
    sep: f: list:
    concatStringsSep sep (map f list);
  concatImapStringsSep =
    sep: f: list:
    concatStringsSep sep (lib.imap1 f list);
  concatMapAttrsStringSep =
    sep: f: set:
    concatStringsSep sep (lib.mapAttrsToList f set);
  intersperse =
    sep: list:
    lib.drop 1 (
      builtins.concatMap (x: [
        sep
        x
      ]) list
    );
  optionalString = condition: text: if condition then text else "";
  replicate = n: text: concatStringsSep "" (genList (_: text) n);

  hasInfix = infix: text: infix == "" || replaceStrings [ infix ] [ "" ] text != text;
  removePrefix =
    prefix: text: if hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
  removeSuffix =
    suffix: text:
    if hasSuffix suffix text then substring 0 (stringLength text - stringLength suffix) text else text;
  trim = trimWith {
    start = true;
    end = true;
  };
  splitString =
    sep: text:
    map (part: lib.addContextFrom text part) (
      filter isString (
        builtins.split (lib.escapeRegex (builtins.unsafeDiscardStringContext sep)) (
          builtins.unsafeDiscardStringContext text
        )
      )
    );
  splitStringBy =
    isSplit: keepSplit: text:
    let
      step =
        state: char:
        if isSplit state.previous char then
          {
            previous = char;
            done = state.done ++ [ state.current ];
            current = if keepSplit then char else "";
          }
        else
          state
          // {
            previous = char;
            current = state.current + char;
          };
      end = builtins.foldl' step {
        previous = "";
        done = [ ];
        current = "";
      } (lib.stringToCharacters text);
    in
    if text == "" then [ "" ] else end.done ++ [ end.current ];
  addContextFrom = source: target: substring 0 0 source + target;
  stringToCharacters = text: genList (n: substring n 1 text) (stringLength text);
  stringAsChars = f: text: lib.concatMapStrings f (lib.stringToCharacters text);
  commonPrefixLength =
    a: b: lib.lists.commonPrefixLength (lib.stringToCharacters a) (lib.stringToCharacters b);
  commonSuffixLength =
    a: b:
    lib.lists.commonPrefixLength (lib.reverseList (lib.stringToCharacters a)) (
      lib.reverseList (lib.stringToCharacters b)
    );
  levenshteinAtMost =
    limit: a: b:
    lib.strings.levenshtein a b <= limit;
  levenshtein =
    a: b:
    let
      lenA = stringLength a;
      lenB = stringLength b;
      cost = x: y: if substring x 1 a == substring y 1 b then 0 else 1;
      # One row of the usual table, made from the row above it.
      row =
        above: x:
        builtins.foldl' (
          acc: y:
          acc
          ++ [
            (lib.min (lib.min (builtins.elemAt above (y + 1) + 1) (lib.last acc + 1)) (
              builtins.elemAt above y + cost x y
            ))
          ]
        ) [ (x + 1) ] (genList (y: y) lenB);
    in
    lib.last (builtins.foldl' row (genList (y: y) (lenB + 1)) (genList (x: x) lenA));

  toLower = replaceStrings upperLetters lowerLetters;
  toUpper = replaceStrings lowerLetters upperLetters;
  toSentenceCase =
    text:
    if text == "" then "" else lib.toUpper (substring 0 1 text) + lib.toLower (substring 1 (-1) text);
  toCamelCase =
    text:
    let
      words = filter (w: isString w && w != "") (builtins.split "[-_ ]" text);
    in
    if words == [ ] then
      ""
    else
      lib.concatStrings ([ (head words) ] ++ map lib.toSentenceCase (builtins.tail words));

  charToInt =
    char:
    # The table starts at 1: a string cannot hold the character 0.
    1 + lib.lists.findFirstIndex (c: c == char) (throw "not an ASCII character") lib.strings.asciiTable;
  asciiTable = map (
    n: builtins.fromJSON "\"\\u00${lib.fixedWidthString 2 "0" (lib.toHexString n)}\""
  ) (lib.range 1 127);
  nameFromURL =
    url: sep:
    let
      file = lib.last (lib.splitString "/" url);
    in
    head (lib.splitString sep file);
  sanitizeDerivationName =
    name:
    let
      text = builtins.unsafeDiscardStringContext (toString name);
      safe = lib.concatStringsSep "-" (
        filter (p: isString p) (builtins.split "[^[:alnum:]+._?=-]+" text)
      );
      short = substring (lib.max (stringLength safe - 207) 0) (-1) safe;
      bare = lib.removePrefix "." short;
    in
    if bare == "" then "unknown" else bare;
  makeSearchPath =
    subdir: paths: concatStringsSep ":" (map (path: "${path}/${subdir}") (filter (x: x != null) paths));
  makeSearchPathOutput =
    output: subdir: packages:
    lib.makeSearchPath subdir (map (lib.getOutput output) packages);
  makeBinPath = lib.makeSearchPathOutput "bin" "bin";
  makeLibraryPath = lib.makeSearchPathOutput "lib" "lib";
  makeIncludePath = lib.makeSearchPathOutput "dev" "include";
  normalizePath = text: lib.concatStringsSep "/" (filter (p: isString p) (builtins.split "//+" text));
  isStringLike = x: isString x || builtins.isPath x || x ? outPath || x ? __toString;
  isConvertibleWithToString =
    x:
    lib.isStringLike x
    || builtins.elem (builtins.typeOf x) [
      "null"
      "int"
      "float"
      "bool"
    ]
    || (isList x && builtins.all lib.strings.isConvertibleWithToString x);
  isStorePath =
    x:
    lib.isStringLike x
    && (
      let
        text = builtins.unsafeDiscardStringContext (toString x);
      in
      substring 0 1 text == "/" && dirOf text == builtins.storeDir
    );
  fileContents = path: lib.removeSuffix "\n" (builtins.readFile path);
  replaceString = from: to: replaceStrings [ from ] [ to ];
  lowerChars = lowerLetters;
  upperChars = upperLetters;
  enableFeatureAs =
    enable: feature: value:
    lib.enableFeature enable feature + lib.optionalString enable "=${value}";
  withFeatureAs =
    enable: feature: value:
    lib.withFeature enable feature + lib.optionalString enable "=${value}";
  enableFeature = enable: feature: "--${if enable then "enable" else "disable"}-${feature}";
  withFeature = with_: feature: "--${if with_ then "with" else "without"}-${feature}";
}
