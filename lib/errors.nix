# Wording of errors, in one place: what is wrong, where, and what to do next.
{ lib }:
let
  quote = text: ''"${text}"'';

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
      ", in ${lib.concatMapStringsSep " and " (file: "`${file}'") files}";

  # The name that was probably meant, or null. A short word is close to everything.
  nearest =
    word: names:
    let
      length = builtins.stringLength word;
      limit =
        if length >= 4 then
          2
        else if length == 3 then
          1
        else
          0;
      close = builtins.filter (lib.strings.levenshteinAtMost limit word) names;
    in
    if close == [ ] then null else builtins.head (lib.sortOn (lib.strings.levenshtein word) close);
in
{
  inherit quote;

  # "a", "b" and nothing else: lists of names look the same in every message.
  quoteList = names: if names == [ ] then "none" else lib.concatMapStringsSep ", " quote names;

  inherit filesDefining nearest;

  # ` Did you mean "web1"?` when one of the names is close to what was written.
  meant =
    word: names:
    let
      name = nearest word names;
    in
    lib.optionalString (name != null) " Did you mean ${quote name}?";

  # The files that define an attribute of an option, to end a message with: ", in `/home/me/flake.nix'".
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
