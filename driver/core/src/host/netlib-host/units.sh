# shellcheck shell=sh disable=SC2034,SC2154
# --- units that fail: NixOS fails a switch for every one that systemd knows; what counts is what this deployment did -----

# judge_units WAY: whether nothing that counts failed, although the switch says so (lib/programs/judge-units.sh).
judge_units() {
  if [ "$ended" -ne 4 ] || [ ! -f "$runtime/failed-$nonce" ] || ! find_program judge-units; then return 1; fi
  set -- "$1" "$toplevel" "$previous" "$runtime/failed-$nonce" "$deploy/log" "$runtime/log-$nonce"
  said=$(timeout --kill-after=1 60 "$program" "$@" 2>/dev/null)
  judged=$? first=${said%%"
"*}
  case $judged:$1 in
    0:forth) message=$first ;;
    1:*) problem="$problem$first" words="$words${said#"$first"}" ;;
  esac
  return "$judged"
}
