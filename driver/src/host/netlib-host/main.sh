# shellcheck shell=sh disable=SC2154
# --- restarting --------------------------------------------------------------------------------------------------

# Parts that only a boot brings in. One that either system lacks says nothing.
reboot_needed() {
  emit asked "$1"
  for part in kernel initrd kernel-params systemd; do
    now_part=$booted/$part new_part=$1/$part
    if [ ! -e "$now_part" ] || [ ! -e "$new_part" ]; then continue; fi
    if [ "$(resolve "$now_part")" = "$(resolve "$new_part")" ]; then continue; fi
    # A plain file in each system, so that only its content tells.
    if [ "$part" = kernel-params ] && [ "$(cat "$now_part")" = "$(cat "$new_part")" ]; then continue; fi
    emit differs "$part"
  done
}

reboot_host() {
  enter_gate
  refuse_while_busy
  [ "$(resolve "$profile")" = "$(resolve "$1")" ] || refuse not-in-profile
  if has_systemd; then
    systemd-run --quiet --collect --on-active=1 --timer-property=AccuracySec=100ms systemctl reboot </dev/null ||
      refuse start
  else
    setsid sh -c 'sleep 1; exec reboot' </dev/null >/dev/null 2>&1 7>&- 8>&- &
  fi
  emit restarting "$(boot_id)"
}

# --- subcommands -------------------------------------------------------------------------------------------------

subcommand=${1:-}
if [ "$#" -gt 0 ]; then shift; fi
# What lies in a folder that others can change is not looked at.
case $subcommand in
  run | recover | watch | check) ;;
  *)
    private_folder "$runtime"
    if [ -e "$library" ] || [ -L "$library" ]; then private_folder "$library"; fi
    ;;
esac
case $subcommand in
  probe | generations | protect | release | keep | check | activate | rollback | run | recover | watch | confirm | status | identify) "$subcommand" "$@" ;;
  jobs) list_jobs ;;
  reboot-needed) reboot_needed "$@" ;;
  reboot) reboot_host "$@" ;;
  lease) lease "$@" ;;
  rollout-read) rollout_read "$@" ;;
  rollout-write) rollout_write "$@" ;;
  rollout-approve) rollout_approve "$@" ;;
  *)
    echo "netlib-host: no subcommand '$subcommand'" >&2
    exit 64
    ;;
esac
