# Base64 (RFC 4648) of ASCII text and of bytes, which Nix itself has no function for.
{ lib }:
let
  digits = lib.stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  digit = builtins.elemAt digits;
  valueOf = lib.listToAttrs (lib.imap0 (lib.flip lib.nameValuePair) digits);

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

  /**
    The base64 form of a number of 32 bits, without padding.

    # Type

    ```
    encodeWord :: int -> string
    ```
  */
  encodeWord =
    word:
    lib.concatMapStrings (divisor: digit (lib.mod (16 * word / divisor) 64)) [
      1073741824
      16777216
      262144
      4096
      64
      1
    ];

  /**
    The bytes that a base64 text stands for, as numbers: no string of Nix holds all bytes.

    # Type

    ```
    decode :: string -> [ int ]
    ```
  */
  decode =
    text:
    let
      values = map (letter: valueOf.${letter}) (
        lib.stringToCharacters (builtins.replaceStrings [ "=" ] [ "" ] text)
      );
      value = index: if index < builtins.length values then builtins.elemAt values index else 0;
      number =
        group: value group * 262144 + value (group + 1) * 4096 + value (group + 2) * 64 + value (group + 3);
      byte =
        index: lib.mod (number (index / 3 * 4) / builtins.elemAt [ 65536 256 1 ] (lib.mod index 3)) 256;
    in
    lib.genList byte (builtins.length values * 3 / 4);
}
