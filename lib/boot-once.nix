# What a system needs to be booted on trial: whoever starts it judges it, a kernel that gives up restarts the machine, and so does one that
# hangs, where there is a watchdog.
{ lib, script }:
{
  config,
  options,
  pkgs,
  ...
}:
let
  inherit (config.boot) loader;
  places = map (boot: boot.path) (loader.grub.mirroredBoots or [ ]);

  # How its boot loader boots a system only once.
  way =
    if loader.systemd-boot.enable then
      builtins.readFile ./programs/boot-once-systemd-boot.sh
    else if loader.grub.enable && loader.grub.users or { } != { } then
      # Nobody is there to type it, and it would wait for ever.
      "refuse 'GRUB asks for a password before it boots another system than the default (boot.loader.grub.users)'"
    else if loader.grub.enable && builtins.length places == 1 then
      ''
        grub=${lib.escapeShellArg "${lib.removeSuffix "/" (builtins.head places)}/grub"}
        ${builtins.readFile ./programs/boot-once-grub.sh}
      ''
    else
      "refuse ${
        lib.escapeShellArg (
          if loader.grub.enable then
            "GRUB is on no disk or on several"
          else
            "the boot loader is neither systemd-boot nor GRUB"
        )
      }";
  # What NixOS has on the path only where GRUB is on a disk itself; its installer needs the same one.
  tools = lib.optional (loader.grub.enable && !loader.systemd-boot.enable && pkgs ? grub2) (
    if lib.any (boot: boot.devices != [ "nodev" ]) loader.grub.mirroredBoots then
      pkgs.grub2
    else
      pkgs.grub2_efi
  );
in
{
  _file = "netlib, for activation.bootOnce";
  key = "netlib/boot-once";

  # A host calls it before it tries a system: `check` says whether it can and why not, a system is the one to boot once.
  netlib.programs.boot-once = script pkgs "boot-once" {
    packages = tools;
    text = ''
      refuse() {
        printf '%s\n' "$*"
        exit 3
      }
      ${way}
    '';
  };

  # A panic ends in a restart, and so does what would wait for somebody at the console.
  boot.kernelParams = [
    "panic=30"
    "boot.panic_on_fail"
  ];

  # Without a watchdog the machine stays as it is.
  systemd =
    lib.optionalAttrs (options.systemd ? settings) {
      settings.Manager.RuntimeWatchdogSec = lib.mkDefault "30s";
    }
    // lib.optionalAttrs (!(options.systemd ? settings) && options.systemd ? watchdog) {
      watchdog.runtimeTime = lib.mkDefault "30s";
    }
    // {
      # As early as records and store are there: whatever else does not start, the time for a confirmation runs.
      services.netlib-trial = {
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
          ExecStart = "${pkgs.runtimeShell} /var/lib/netlib/trial.sh";
          # A record that goes on outlives the end of the system; see `work` of the host's script.
          KillSignal = "SIGKILL";
        };
        path = [ "/run/current-system/sw" ];
        restartIfChanged = false;
        stopIfChanged = false;
      };
    };
}
