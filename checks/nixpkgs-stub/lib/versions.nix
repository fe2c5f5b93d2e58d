# Parts of version numbers.
{ lib }:
let
  parts = version: builtins.splitVersion version;
in
{
  splitVersion = parts;
  major = version: builtins.elemAt (parts version) 0;
  minor = version: builtins.elemAt (parts version) 1;
  patch = version: builtins.elemAt (parts version) 2;
  majorMinor = version: builtins.concatStringsSep "." (lib.take 2 (parts version));
  pad =
    n: version:
    let
      numbers = builtins.head (lib.splitString "-" version);
      suffix = lib.removePrefix numbers version;
      given = lib.splitString "." numbers;
    in
    builtins.concatStringsSep "." (lib.take n (given ++ lib.replicate n "0")) + suffix;
}
