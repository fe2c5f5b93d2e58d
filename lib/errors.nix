# Wording of errors, in one place: what is wrong, where, and what to do next.
{ lib }:
let
  quote = text: "`${text}`";

  # What netlib itself and its modules generate is nobody's mistake.
  isOurs =
    file:
    builtins.any (folder: lib.hasPrefix "${toString folder}/" file) [
      ./.
      ../modules
    ];

  # Whether a definition says something at a path, as far as can be seen without merging it.
  defines =
    path: value:
    path == [ ]
    || !builtins.isAttrs value
    || value ? _type
    || (value ? ${builtins.head path} && defines (builtins.tail path) value.${builtins.head path});

  # The files of definitions, without those of netlib.
  filesIn =
    definitions:
    builtins.filter (file: !isOurs file) (
      lib.unique (map (definition: toString definition.file) definitions)
    );

  # Those that define what is at a path in the value of an option.
  filesDefining =
    option: path:
    filesIn (
      builtins.filter (definition: defines path definition.value) option.definitionsWithLocations
    );

  inFiles =
    files:
    lib.optionalString (files != [ ])
      ", in ${lib.concatMapStringsSep " and " (file: "`${file}`") files}";

  # How many names a message lists before it only counts them.
  listed = 20;
  # How much of what somebody wrote a message repeats, in bytes.
  shown = 80;
  # No name is longer than what a misspelling of it can be.
  longest = 120;

  # Bytes after the first one of a character: a text is never cut before one of them.
  isContinuation =
    let
      lowest = builtins.substring 1 1 (builtins.fromJSON ''"\u0080"'');
      highest = builtins.substring 1 1 (builtins.fromJSON ''"\u00bf"'');
    in
    byte: byte >= lowest && byte <= highest;

  # The name that was probably meant, or null. A short word is close to everything.
  nearest =
    word: names:
    let
      lengthOf = builtins.stringLength;
      length = lengthOf word;
      limit =
        if length >= 4 then
          2
        else if length == 3 then
          1
        else
          0;
      # Comparing lengths first keeps this cheap in a network of thousands of nodes.
      isClose =
        name:
        lengthOf name >= length - limit
        && lengthOf name <= length + limit
        && lib.strings.levenshteinAtMost limit word name;
      close = if length > longest then [ ] else builtins.filter isClose names;
    in
    if close == [ ] then null else builtins.head (lib.sortOn (lib.strings.levenshtein word) close);
in
{
  inherit quote;

  # The same for what somebody wrote, which may be long or nothing at all.
  quoteWord =
    text:
    let
      length = builtins.stringLength text;
      isBoundary = at: !isContinuation (builtins.substring at 1 text);
      end = lib.findFirst isBoundary shown [
        shown
        (shown - 1)
        (shown - 2)
        (shown - 3)
      ];
    in
    if length <= shown then
      quote text
    else
      "${quote "${builtins.substring 0 end text}…"} (${toString length} bytes)";

  # `a`, `b` and nothing else: lists of names look the same in every message.
  quoteList =
    names:
    let
      count = builtins.length names;
    in
    if count == 0 then
      "none"
    else if count <= listed then
      lib.concatMapStringsSep ", " quote names
    else
      "${lib.concatMapStringsSep ", " quote (lib.take listed names)}, … (${toString count} in all)";

  inherit
    filesDefining
    filesIn
    inFiles
    nearest
    ;

  # "Did you mean `web1`?" when one of the names is close to what was written.
  meant =
    word: names:
    let
      name = nearest word names;
    in
    lib.optionalString (name != null) " Did you mean ${quote name}?";

  # The files that define an attribute of an option, to end a message with: ", in `/home/me/flake.nix`".
  definedIn = option: name: inFiles (filesDefining option [ name ]);

  # The same for all that define the option.
  filesOf = option: inFiles (filesIn option.definitionsWithLocations);

  fail = message: throw "netlib: ${message}";

  # One message for all failed assertions of a network, so that they can be mended in one go.
  failedAssertions =
    network: messages:
    let
      indent = message: lib.concatStringsSep "\n  " (lib.splitString "\n" message);
    in
    throw (
      "netlib: network ${quote network}: ${toString (builtins.length messages)} failed assertion(s):"
      + lib.concatMapStrings (message: "\n- ${indent message}") messages
    );
}
