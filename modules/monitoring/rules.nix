# The alerts that every network wants, as a group of Prometheus rules.
{ lib, netlib }:
{
  instance,
  job,
  settings,
}:
let
  inherit (settings) alerts;

  alert = severity: name: expr: wait: summary: {
    alert = name;
    inherit expr;
    "for" = wait;
    labels = { inherit severity; };
    annotations = { inherit summary; };
  };

  fileSystems = ''fstype!~"tmpfs|ramfs|overlay|squashfs|nsfs|fuse.*"'';
in
{
  name = "netlib-${instance}";
  rules = [
    (alert "critical" "NodeDown" ''up{job="${job}"} == 0'' (netlib.showDuration alerts.downFor)
      "{{ $labels.node }} does not answer"
    )
    (alert "warning" "DiskFull"
      ''node_filesystem_avail_bytes{job="${job}",${fileSystems}} / node_filesystem_size_bytes * 100 < ${toString alerts.diskFreePercent}''
      "10m"
      "{{ $labels.mountpoint }} of {{ $labels.node }} has {{ $value | printf \"%.0f\" }} % left"
    )
  ]
  ++ lib.optional alerts.watchdog (
    alert "none" "Watchdog" "vector(1)" "0s" "Always raised: ${instance} is at work"
  )
  ++ lib.optional alerts.failedUnits (
    alert "warning" "UnitFailed" ''node_systemd_unit_state{job="${job}",state="failed"} == 1'' "5m"
      "{{ $labels.name }} of {{ $labels.node }} has failed"
  )
  ++ lib.optional alerts.generation (
    alert "warning" "OtherSystemAtBoot" ''netlib_system_is_profile{job="${job}"} == 0'' "30m"
      "{{ $labels.node }} runs another system than the one it would boot"
  );
}
