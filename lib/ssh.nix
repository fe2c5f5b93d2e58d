# Public keys of OpenSSH as text: which lines are one, and what in them counts.
{ lib }:
let
  otherTypes = lib.concatStringsSep "|" [
    "ssh-rsa"
    "ecdsa-sha2-nistp(256|384|521)"
    "sk-ssh-ed25519@openssh\\.com"
    "sk-ecdsa-sha2-nistp256@openssh\\.com"
  ];
  types = "ssh-ed25519|${otherTypes}";
  # One line: no character of control in the comment either.
  parts = line: builtins.match "(${types}) ([A-Za-z0-9+/]+=?=?)( [^[:cntrl:]]*)?" line;

  # The first bytes of a key repeat its type; those of the most common one have one length, so half a key is noticed.
  isWhole =
    line:
    !lib.hasPrefix "ssh-ed25519 " line
    ||
      builtins.match "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}( [^[:cntrl:]]*)?" line
      != null;
in
{
  /**
    What a key without a comment matches, as a fact does (`facts.<node>.<fact>.pattern`).
  */
  keyPattern = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}|(${otherTypes}) [A-Za-z0-9+/]+=?=?";

  /**
    Whether a line is a public key: its type, the key itself, and perhaps a comment. Nothing comes before the type.
  */
  isPublicKey = line: parts line != null && isWhole line;

  /**
    Type and key without the comment: equal for equal keys.

    # Type

    ```
    bareKey :: string -> string
    ```
  */
  bareKey =
    line:
    let
      found = parts line;
    in
    # Between them are the sizes of the elliptic curves.
    "${builtins.head found} ${builtins.elemAt found 2}";
}
