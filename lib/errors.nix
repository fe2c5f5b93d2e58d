# Wording of errors, in one place: what is wrong, where, and what to do next.
{ lib }:
let
  quote = text: ''"${text}"'';
in
{
  inherit quote;

  # "a", "b" and nothing else: lists of names look the same in every message.
  quoteList = names: if names == [ ] then "none" else lib.concatMapStringsSep ", " quote names;

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
