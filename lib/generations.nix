# Removes old generations of a system once a day; see `generations.keep`.
{ script, keep }:
let
  program =
    pkgs:
    script pkgs "generations" {
      packages = [ pkgs.util-linux ];
      text = builtins.readFile ./programs/generations.sh;
    };
in
{ pkgs, ... }:
{
  _file = "netlib, for generations.keep";
  key = "netlib/generations";

  systemd.services.netlib-generations = {
    description = "netlib, removal of old generations and their boot entries";
    # A deployment neither starts it nor waits for it.
    restartIfChanged = false;
    stopIfChanged = false;
    unitConfig.RequiresMountsFor = "/var/lib/netlib /nix /boot";
    serviceConfig = {
      Type = "oneshot";
      ExecStart = "${program pkgs} ${toString keep.days} ${toString keep.min}";
    };
  };

  systemd.timers.netlib-generations = {
    wantedBy = [ "timers.target" ];
    timerConfig = {
      OnCalendar = "daily";
      RandomizedDelaySec = 3600;
      Persistent = true;
    };
  };
}
