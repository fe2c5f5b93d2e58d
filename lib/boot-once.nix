# What a system needs to be booted on trial: whoever starts it judges it, and a kernel that gives up restarts the machine.
{ pkgs, ... }:
{
  _file = "netlib, for activation.bootOnce";
  key = "netlib/boot-once";

  # A host looks for it before it tries a system.
  environment.etc."netlib/boot-once".text = "";

  # A panic ends in a restart, and so does what would wait for somebody at the console.
  boot.kernelParams = [
    "panic=30"
    "boot.panic_on_fail"
  ];

  # As early as records and store are there: whatever else does not start, the time for a confirmation runs.
  systemd.services.netlib-trial = {
    description = "netlib, the deployment that this boot is a trial for";
    wantedBy = [ "sysinit.target" ];
    after = [ "local-fs.target" ];
    unitConfig = {
      DefaultDependencies = false;
      ConditionPathExists = "/var/lib/netlib/trial.sh";
      RequiresMountsFor = "/var/lib/netlib /nix/store";
    };
    serviceConfig = {
      Type = "exec";
      ExecStart = "${pkgs.runtimeShell} /var/lib/netlib/trial.sh resume";
      # A record that goes on outlives the end of the system; see `work` of the host's script.
      KillSignal = "SIGKILL";
    };
    path = [ "/run/current-system/sw" ];
    restartIfChanged = false;
    stopIfChanged = false;
  };
}
