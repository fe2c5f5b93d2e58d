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

  # The files that define what is at a path in the value of an option, without those of netlib.
  filesDefining =
    option: path:
    builtins.filter (file: !isOurs file) (
      lib.unique (
        map (definition: toString definition.file) (
          builtins.filter (definition: defines path definition.value) option.definitionsWithLocations
        )
      )
    );
in
{
  inherit quote;

  # "a", "b" and nothing else: lists of names look the same in every message.
  quoteList = names: if names == [ ] then "none" else lib.concatMapStringsSep ", " quote names;

  inherit filesDefining;

  # The files that define an attribute of an option, to end a message with: ", in `/home/me/flake.nix'".
  definedIn =
    option: name:
    let
      files = filesDefining option [ name ];
    in
    lib.optionalString (files != [ ])
      ", in ${lib.concatMapStringsSep " and " (file: "`${file}'") files}";

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
