# What can be wrong with the name of an instance and of its interface.
{ lib, netlib }:
{
  instance,
  option,
  interface,
}:
let
  inherit (netlib.errors) quote;
  isName = name: builtins.match "[a-zA-Z0-9][a-zA-Z0-9_.-]*" name != null;
  failsIf =
    condition: message:
    lib.optional condition {
      assertion = false;
      inherit message;
    };
in
failsIf (!isName instance || builtins.stringLength instance > 63) (
  "${option}: the name of an instance has at most 63 letters, digits, _ . and -, starting with a letter or digit. Rename it."
)
++ failsIf (builtins.stringLength interface > 15) (
  "${option}: the interface name ${quote interface} has ${toString (builtins.stringLength interface)} characters, Linux allows 15. "
  + "Set ${option}.interface to a shorter one."
)
++ failsIf ((interface != instance && !isName interface) || interface == "lo") (
  "${option}: ${quote interface} cannot be the name of an interface. "
  + "Set ${option}.interface to letters, digits, _ . and -, starting with a letter or digit, such as \"wg0\"."
)
