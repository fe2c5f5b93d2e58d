# What `netlib diff` tells of two closures.
{ subject, ... }:
let
  inherit (subject) lib;
  difference = import ../../../driver/cli/src/difference.nix;

  hash = "0123456789abcdfghijklmnpqrsvwxyz";
  other = "1123456789abcdfghijklmnpqrsvwxyz";
  closure =
    paths:
    lib.concatMapStrings (path: "/nix/store/${path.hash or hash}-${path.name}\n") paths
    + lib.concatMapStrings (path: "${toString (path.size or 1)}\n") paths;
  path = name: size: { inherit name size; };
  of = name: { inherit hash name; };
  namesOf =
    name:
    (difference {
      before = "";
      after = closure [ (path name 0) ];
    }).packages;
in
{
  "packages that came, went and changed are told" = {
    expr =
      (difference {
        before = closure [
          (path "hello-2.10" 1000)
          (path "jq-1.7" 50000)
          (path "jq-1.7-doc" 9000)
          (path "etc" 10)
          (path "same-1" 5)
        ];
        after = closure [
          (path "hello-2.12" 7000)
          (path "jq-1.7" 50000)
          (path "etc" 12)
          (path "same-1" 5)
          (path "new-3-bin" 90000)
          (path "unit" 1)
        ];
      }).packages;
    expected = [
      "hello: 2.10 → 2.12"
      "jq: -8.8 KiB"
      "new: ∅ → 3, +87.9 KiB"
      "unit: ∅ → ε"
    ];
  };
  "a unit that has another path is another one, and its script is told as the unit" = {
    expr =
      (difference {
        before = closure [
          (of "unit-web.service")
          (of "unit-same.service")
          (of "hello-1")
        ];
        after = closure [
          {
            hash = other;
            name = "unit-web.service";
          }
          (of "unit-same.service")
          (of "unit-new.timer")
          (of "unit-script-mail-start")
        ];
      }).units;
    expected = [
      "mail.service"
      "new.timer"
      "web.service"
    ];
  };
  "names are taken apart as Nix does" = {
    expr = map namesOf [
      "hello-2.12.1"
      "glibc-2.38-44-bin"
      "nixos-system-alpha-26.05pre"
      "unit-script-x"
      "x-"
      "a"
    ];
    expected = [
      [ "hello: ∅ → 2.12.1" ]
      [ "glibc: ∅ → 2.38-44" ]
      [ "nixos-system-alpha: ∅ → 26.05pre" ]
      [ "unit-script: ∅ → ε" ]
      [ "x-: ∅ → ε" ]
      [ "a: ∅ → ε" ]
    ];
  };
  "a closure has no difference from itself" = {
    expr =
      let
        same = closure [
          (path "a-1" 1)
          (path "b" 9007199254740992)
        ];
      in
      difference {
        before = same;
        after = same;
      };
    expected = {
      packages = [ ];
      units = [ ];
    };
  };
}
