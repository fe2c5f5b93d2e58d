# Who can read a file of age, as far as the file says: the header of an armored file names its SSH recipients by a tag, the first four
# bytes of the SHA-256 of the key. This finds mistakes. It is no proof: whoever writes the file writes the tags.
{ lib, base64 }:
let
  sha256 = import ./sha256.nix { inherit lib; };

  # Base64 of the first lines of every file.
  begin = "-----BEGIN AGE ENCRYPTED FILE-----\n";
  magic = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+";
  # Every recipient of a file takes some 200 characters of its header.
  longestHeader = 65536;

  # How a text looks inside of a base64 text, at each of the three places at which it may begin: only what it alone decides.
  shapesOf =
    text:
    map
      (
        { before, skipped }:
        let
          length = builtins.stringLength text + builtins.stringLength before;
        in
        builtins.substring skipped (8 * length / 6 - skipped) (base64.encode (before + text))
      )
      [
        {
          before = "";
          skipped = 0;
        }
        {
          before = "x";
          skipped = 2;
        }
        {
          before = "xx";
          skipped = 3;
        }
      ];

  contains = shapes: text: builtins.replaceStrings shapes (map (_: "") shapes) text != text;

  # What age encrypts for; the types that OpenSSH has besides.
  sshTypes = [
    "ssh-ed25519"
    "ssh-rsa"
  ];
in
{
  /**
    What the header of a file has for an SSH key, or null for one that age cannot encrypt for.

    # Type

    ```
    marksOf :: string -> [ string ] | null
    ```
  */
  marksOf =
    key:
    let
      parts = lib.splitString " " key;
      type = builtins.head parts;
      tag = base64.encodeWord (builtins.head (sha256.words (base64.decode (builtins.elemAt parts 1))));
    in
    if builtins.elem type sshTypes then shapesOf "\n-> ${type} ${tag}" else null;

  /**
    What is wrong with a file that the owner of these marks shall read: null, "format" or "recipient".

    # Type

    ```
    problemOf :: [ string ] -> string -> string | null
    ```
  */
  problemOf =
    marks: content:
    let
      head = builtins.replaceStrings [ "\r" "\n" ] [ "" "" ] (
        builtins.substring (builtins.stringLength begin) longestHeader content
      );
    in
    if !lib.hasPrefix begin content || !lib.hasPrefix magic head then
      "format"
    else if !contains marks head then
      "recipient"
    else
      null;
}
