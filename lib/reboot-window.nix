# Says on the host whether it may be restarted now; see `activation.rebootWindow`.
{
  lib,
  script,
  window,
}:
{ pkgs, ... }:
{
  _file = "netlib, for activation.rebootWindow";
  key = "netlib/reboot-window";

  netlib.programs.reboot-window = script pkgs "reboot-window" {
    packages = [ ];
    text = ''
      set -- ${lib.escapeShellArg window.start} ${toString window.duration}
      ${builtins.readFile ./programs/reboot-window.sh}
    '';
  };
}
