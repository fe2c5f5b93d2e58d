# Durations: what they are in seconds, and how they are shown.
{ subject, ... }:
let
  inherit (subject) lib;
  durations = import ../../../lib/durations.nix { inherit lib; };

  network =
    module:
    (subject.evaluate {
      imports = [ module ];
      network.name = "home";
      nodes.alpha = { };
    }).config;
  timeout = value: (network { activation.timeout = value; }).activation.timeout;
in
{
  "seconds of what people write" = {
    expr = map durations.parse [
      30
      "30s"
      "5m"
      "2h"
      "1d"
      "1w"
      "1h30m"
      "05m"
      0
    ];
    expected = [
      30
      30
      300
      7200
      86400
      604800
      5400
      300
      0
    ];
  };

  "what is no duration" = {
    expr = builtins.filter (value: durations.parse value != null) [
      ""
      "5"
      "5 m"
      "m"
      "1m1h"
      "-5s"
      (-5)
      "1.5h"
      "99999999999s"
      5.0
      true
    ];
    expected = [ ];
  };

  "the largest unit that leaves no rest" = {
    expr = map durations.show [
      0
      1
      90
      300
      5400
      7200
      604800
    ];
    expected = [
      "0s"
      "1s"
      "90s"
      "5m"
      "90m"
      "2h"
      "7d"
    ];
  };

  "options take both, and the same said twice is said once" = {
    expr = {
      text = timeout "90s";
      number = timeout 90;
      twice = timeout (
        lib.mkMerge [
          "1m"
          60
        ]
      );
      none = (builtins.tryEval (timeout 0)).success;
      word = (builtins.tryEval (timeout "soon")).success;
      node = (network { activation.timeout = "2m"; }).nodes.alpha.activation.timeout;
    };
    expected = {
      text = 90;
      number = 90;
      twice = 60;
      none = false;
      word = false;
      node = 120;
    };
  };
}
