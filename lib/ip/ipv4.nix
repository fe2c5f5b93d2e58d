# IPv4 text to two 16-bit groups and back.
{ lib }:
let
  # No leading zeros: some programs read 010 as eight.
  octet = "(0|[1-9][0-9]?[0-9]?)";
  octetsOf = lib.concatMap (group: [
    (group / 256)
    (lib.mod group 256)
  ]);
in
{
  parse =
    text:
    let
      matched = builtins.match "${octet}\\.${octet}\\.${octet}\\.${octet}" text;
      octets = map lib.toInt matched;
      pair = index: builtins.elemAt octets index * 256 + builtins.elemAt octets (index + 1);
    in
    if matched == null || builtins.any (value: value > 255) octets then
      null
    else
      [
        (pair 0)
        (pair 2)
      ];

  format = groups: lib.concatMapStringsSep "." toString (octetsOf groups);

  reverseName =
    groups: "${lib.concatMapStringsSep "." toString (lib.reverseList (octetsOf groups))}.in-addr.arpa";
}
