# Base64 (RFC 4648) of ASCII text, which Nix itself has no function for.
{ lib }:
let
  digits = lib.stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  digit = builtins.elemAt digits;

  # Three bytes as four digits; bytes that are not there are zero, and their digits are left to the padding.
  group =
    bytes:
    let
      byte = index: if index < builtins.length bytes then builtins.elemAt bytes index else 0;
      number = byte 0 * 65536 + byte 1 * 256 + byte 2;
      sextet = divisor: digit (lib.mod (number / divisor) 64);
      written = lib.concatMapStrings sextet [
        262144
        4096
        64
        1
      ];
      count = builtins.length bytes + 1;
    in
    builtins.substring 0 count written + lib.concatStrings (lib.genList (_: "=") (4 - count));

  groups =
    bytes: lib.genList (index: lib.sublist (3 * index) 3 bytes) ((builtins.length bytes + 2) / 3);
in
{
  /**
    The base64 form of a text of ASCII characters.

    # Type

    ```
    encode :: string -> string
    ```
  */
  encode =
    text: lib.concatMapStrings group (groups (map lib.strings.charToInt (lib.stringToCharacters text)));
}
