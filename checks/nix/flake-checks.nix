# netlib's own `nix flake check`: the unit tests that need no second pin, on the flake's nixpkgs.
{ pkgs, self }:
let
  report = builtins.concatStringsSep "" (
    map
      (
        part:
        import ./report.nix {
          nixpkgs = pkgs.path;
          inherit part;
        }
      )
      [
        "light"
        "nixos"
        "sharing"
      ]
  );
in
{
  unit =
    if builtins.match "(.*\n)?not ok .*" report != null then
      throw "netlib: unit tests failed:\n${report}"
    else
      pkgs.writeText "netlib-unit-tests" report;
}
