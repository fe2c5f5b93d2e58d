# Durations as people write them, such as "30s", "5m" and "1h30m"; inside of netlib they are seconds.
{ lib }:
let
  # The largest first.
  units = [
    {
      unit = "w";
      seconds = 604800;
    }
    {
      unit = "d";
      seconds = 86400;
    }
    {
      unit = "h";
      seconds = 3600;
    }
    {
      unit = "m";
      seconds = 60;
    }
    {
      unit = "s";
      seconds = 1;
    }
  ];
  # No deadline is longer than a century, and no number too long for Nix.
  number = "[0-9]{1,10}";
  pattern = lib.concatMapStrings ({ unit, ... }: "((${number})${unit})?") units;
  largest = 3155760000;

  parse =
    value:
    let
      parts = if builtins.isString value then builtins.match pattern value else null;
      amounts = lib.imap0 (
        index:
        { seconds, ... }:
        let
          digits = builtins.elemAt parts (2 * index + 1);
        in
        # "05m" is five minutes, and no octal number.
        if digits == null then 0 else seconds * lib.toIntBase10 digits
      ) units;
      sum = lib.foldl' builtins.add 0 amounts;
      seconds =
        if builtins.isInt value then
          value
        else if parts == null || value == "" then
          null
        else
          sum;
    in
    if seconds != null && seconds >= 0 && seconds <= largest then seconds else null;
in
{
  /**
    Seconds of a duration, a number of them or a text with units; null when it is none.

    # Type

    ```
    parse :: any -> null | int
    ```

    # Example

    ```nix
    parse "1h30m"
    => 5400
    ```
  */
  inherit parse;

  /**
    Seconds as people write them, in the largest unit that leaves no rest; weeks are days.

    # Type

    ```
    show :: int -> string
    ```

    # Example

    ```nix
    show 5400
    => "90m"
    ```
  */
  show =
    value:
    let
      fits = { seconds, ... }: value >= seconds && lib.mod value seconds == 0;
      found = lib.findFirst fits {
        unit = "s";
        seconds = 1;
      } (builtins.tail units);
    in
    "${toString (value / found.seconds)}${found.unit}";
}
