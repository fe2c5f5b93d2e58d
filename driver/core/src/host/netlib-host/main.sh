# shellcheck shell=sh disable=SC2034,SC2154
# --- restarting --------------------------------------------------------------------------------------------------

reboot_needed() {
  toplevel=$1 previous='' goal='' reboot='' now_profile=''
  judge_switch
}

reboot() {
  enter_gate
  refuse_while_busy
  resolve "$profile"
  [ "$found" = "$1" ] || because "a restart would boot another system than the one that was deployed; the host was not restarted"
  systemd-run --quiet --collect --on-active=1 --timer-property=AccuracySec=100ms systemctl reboot </dev/null ||
    because "the host could not be restarted"
  read_boot
  emit ok "$this_boot"
}

# --- subcommands -------------------------------------------------------------------------------------------------

case ${1:-} in
  work) "$@" ;;
  identify | keep | release | activate | lease | rollout_read | rollout_write | reboot_needed | reboot) serve "$@" ;;
  *) misused "no subcommand '${1:-}'" ;;
esac
