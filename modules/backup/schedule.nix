# When something starts: spread over a window by a hash of a key, so that nobody's time depends on who else there is.
{ lib }:
let
  inherit (lib) mod;

  # 60 bits of the digest: as many as fit an integer without a sign.
  numberOf =
    key: (fromTOML "value = 0x${builtins.substring 0 15 (builtins.hashString "sha256" key)}").value;

  weekdays = [
    "Mon"
    "Tue"
    "Wed"
    "Thu"
    "Fri"
    "Sat"
    "Sun"
  ];

  twoDigits = number: if number < 10 then "0${toString number}" else toString number;
  joined = lib.concatMapStringsSep ":" twoDigits;

  clock =
    seconds:
    joined [
      (seconds / 3600)
      (mod (seconds / 60) 60)
      (mod seconds 60)
    ];

  secondsOf =
    text:
    let
      # "08" is no number to everyone.
      parts = map lib.toIntBase10 (lib.splitString ":" text);
    in
    builtins.elemAt parts 0 * 3600 + builtins.elemAt parts 1 * 60;
in
/**
  An expression of systemd.time(7).

  # Type

  ```
  startAt :: { every = "hour" | "day" | "week"; start = "HH:MM"; window = minutes; } -> string -> string
  ```
*/
{
  every,
  start,
  window,
}:
key:
let
  number = numberOf key;
  daily = clock (mod (secondsOf start + mod number (window * 60)) 86400);
  weekday = builtins.elemAt weekdays (mod (number / 86400) 7);
in
{
  hour = "*-*-* *:${
    joined [
      (mod (number / 60) 60)
      (mod number 60)
    ]
  }";
  day = "*-*-* ${daily}";
  week = "${weekday} *-*-* ${daily}";
}
.${every}
