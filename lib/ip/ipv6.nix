# IPv6 text (RFC 4291) to eight 16-bit groups, and back by RFC 5952.
{ lib, ipv4 }:
let
  inherit (builtins) elemAt genList length;

  fromHex = digits: (fromTOML "value = 0x${digits}").value;
  toHex = value: lib.toLower (lib.toHexString value);

  # The groups of one side of "::", null when malformed. Only the end of an address may be written as IPv4.
  parseSide =
    allowIpv4: text:
    let
      fields = lib.splitString ":" text;
      lastIndex = length fields - 1;
      parseField =
        index: field:
        let
          v4 = ipv4.parse field;
        in
        if builtins.match "[0-9a-fA-F]{1,4}" field != null then
          [ (fromHex field) ]
        else if allowIpv4 && index == lastIndex && v4 != null then
          v4
        else
          [ null ];
      groups = lib.concatLists (lib.imap0 parseField fields);
    in
    if text == "" then
      [ ]
    else if builtins.elem null groups then
      null
    else
      groups;

  # The longest run of at least two zero groups, the first of equals: RFC 5952, section 4.2.
  longestZeros =
    groups:
    let
      runAt =
        start: if start < length groups && elemAt groups start == 0 then 1 + runAt (start + 1) else 0;
      better =
        best: start:
        let
          count = runAt start;
        in
        if count >= 2 && count > best.count then { inherit start count; } else best;
    in
    lib.foldl' better {
      start = 0;
      count = 0;
    } (genList (index: index) (length groups));

  # ::ffff:0:0/96 is read best with its IPv4 address: RFC 5952, section 5.
  isMapped =
    groups:
    lib.take 6 groups == [
      0
      0
      0
      0
      0
      65535
    ];

  join = groups: lib.concatMapStringsSep ":" toHex groups;
in
{
  parse =
    text:
    let
      sides = lib.splitString "::" text;
      whole = parseSide true text;
      left = parseSide false (elemAt sides 0);
      right = parseSide true (elemAt sides 1);
      missing = 8 - length left - length right;
    in
    # Anything longer is no address, and must not cost time.
    if builtins.stringLength text > 45 || builtins.match "[0-9a-fA-F:.]+" text == null then
      null
    else if length sides == 1 then
      (if whole != null && length whole == 8 then whole else null)
    else if length sides != 2 || left == null || right == null || missing < 1 then
      null
    else
      left ++ genList (_: 0) missing ++ right;

  format =
    groups:
    let
      zeros = longestZeros groups;
    in
    if isMapped groups then
      "::ffff:${ipv4.format (lib.drop 6 groups)}"
    else if zeros.count == 0 then
      join groups
    else
      "${join (lib.take zeros.start groups)}::${join (lib.drop (zeros.start + zeros.count) groups)}";

  reverseName =
    groups:
    let
      digits = lib.concatMap (
        group: lib.stringToCharacters (lib.fixedWidthString 4 "0" (toHex group))
      ) groups;
    in
    "${lib.concatStringsSep "." (lib.reverseList digits)}.ip6.arpa";
}
