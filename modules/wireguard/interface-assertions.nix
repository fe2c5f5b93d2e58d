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
in
[
  {
    assertion = isName instance && builtins.stringLength instance <= 63;
    message = "${option}: the name of an instance has at most 63 letters, digits, _ . and -, starting with a letter or digit. Rename it.";
  }
  {
    assertion = builtins.stringLength interface <= 15;
    message =
      "${option}: the interface name ${quote interface} has ${toString (builtins.stringLength interface)} characters, Linux allows 15. "
      + "Set ${option}.interface to a shorter one.";
  }
  {
    # An interface that is called like its instance is answered above.
    assertion = (interface == instance || isName interface) && interface != "lo";
    message =
      "${option}: ${quote interface} cannot be the name of an interface. "
      + "Set ${option}.interface to letters, digits, _ . and -, starting with a letter or digit, such as \"wg0\".";
  }
]
