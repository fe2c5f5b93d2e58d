# shellcheck shell=bash disable=SC2154
# $unit is active, has not been restarted since the look before, and no unit has failed since the first look.
# $patience looks fail after a restart: that breaks a streak of healthy looks, and then the unit may prove itself again.
properties=$(systemctl show --property=ActiveState,SubState,NRestarts,Result -- "$unit")
property() {
  line=$(printf '%s\n' "$properties" | while IFS= read -r line; do
    case $line in "$1="*) printf '%s\n' "${line#*=}" ;; esac
  done)
  printf '%s\n' "$line"
}

failed=""
while read -r name _; do
  failed="$failed $name"
done <<LIST
$(systemctl list-units --failed --all --plain --full --no-legend)
LIST

active=$(property ActiveState)
case $active in
  active | reloading) ;;
  *)
    echo "$unit is $active ($(property SubState), result: $(property Result))"
    exit 1
    ;;
esac

# Without a place to remember things, this is the only look.
[ -n "${NETLIB_CHECK_STATE:-}" ] || exit 0
memory=$NETLIB_CHECK_STATE/${0##*/}
restarts=$(property NRestarts)

if [ ! -e "$memory" ]; then
  printf '%s\n%s\n%s\n' "$restarts" 0 "$failed" >"$memory"
  exit 0
fi
{
  IFS= read -r seen
  IFS= read -r penalty
  IFS= read -r known
} <"$memory"

if [ "$restarts" != "$seen" ]; then
  penalty=$patience
fi
if [ "$penalty" -gt 0 ]; then
  printf '%s\n%s\n%s\n' "$restarts" "$((penalty - 1))" "$known" >"$memory"
  echo "$unit was restarted, $restarts times in all since somebody started it"
  exit 1
fi

for name in $failed; do
  case " $known " in
    *" $name "*) ;;
    *)
      echo "$name failed after the checks had begun"
      exit 1
      ;;
  esac
done
exit 0
