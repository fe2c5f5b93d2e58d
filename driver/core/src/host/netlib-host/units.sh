# shellcheck shell=sh disable=SC2034,SC2154
# --- units that fail: NixOS fails a switch for every one that systemd knows; what counts is what this deployment did -----

words=''

# Failed units, and those that systemd starts again and again: each line begins with a name. The switch forgets who failed.
remember_failed() {
  has_systemd || return 0
  systemctl list-units --all --full --plain --no-legend --no-pager --state=failed,auto-restart,auto-restart-queued >"$runtime/failed-$nonce"
} 2>/dev/null

# Whether nothing of the user can be activated whatever is deployed, as there is no service manager of the user's: sets `manager`.
is_unmanaged() { manager=user@$(id -u -- "$1").service && ! systemctl is-active --quiet "$manager"; } 2>/dev/null

# Sets `named` to the units that the last switch failed for by its own words, `unmanaged` to service managers that are not there,
# and `complaints` to what else it failed for.
read_complaints() {
  named='' complaints='' unmanaged=''
  while IFS= read -r line; do
    case $line in
      'netlib: '*) named='' complaints='' unmanaged='' ;;
      'warning: the following units failed: '*) named=${line#*failed: } ;;
      'Failed to '* | 'warning: user activation '*)
        user=${line#warning: user activation for }
        if [ "$user" != "$line" ] && is_unmanaged "${user% failed}"; then
          unmanaged="$unmanaged $manager"
        else
          complaints="$complaints$line
"
        fi
        ;;
    esac
  done <<END
$(cat -- "$deploy/log" "$runtime/log-$nonce" 2>/dev/null | grep -a -e '^netlib: ' -e '^warning: ' -e '^Failed to ')
END
}

# How a system defines a unit, or the template that it is made of.
print_unit() {
  set -- "$1/etc/systemd/system/$2" "$1/etc/systemd/system/${2%%@*}@.${2##*.}"
  cat -- "$1" "$1.d"/* "$2" "$2.d"/* 2>/dev/null
}

# judge_units WAY: whether nothing that counts failed, although the switch says so. A unit does not count if it may fail, if it
# is in no system but somebody's own, or if it failed before and is still the same; on the way back, if it failed before.
# shellcheck disable=SC2046,SC2086
judge_units() {
  if [ "$ended" -ne 4 ] || [ ! -f "$runtime/failed-$nonce" ]; then return 1; fi
  read_complaints
  failed=" $(cut -d ' ' -f 1 -- "$runtime/failed-$nonce" | tr '\n' ' ')" counts='' excused=$unmanaged
  globs=$(cat -- "$toplevel/etc/netlib/may-fail" "$previous/etc/netlib/may-fail" 2>/dev/null | tr '\n' '|')
  for unit in $named; do
    unit=${unit%,} why=new
    case $failed in *" $unit "*) why=$1 ;; esac
    eval "case \$unit in (${globs}nothing) why=back ;; esac"
    if [ "$why" = back ] || [ -e "$root/run/systemd/transient/$unit" ] ||
      { [ "$why" = forth ] && [ "$(print_unit "$toplevel" "$unit")" = "$(print_unit "${previous:-/nowhere}" "$unit")" ]; }; then
      excused="$excused $unit"
    else
      counts="$counts $unit"
    fi
  done
  # What the switch says of units that are judged already is no news.
  others=$(printf '%s' "$complaints" | grep -v -F -e "$(printf ' %s\n' nothing-judged $excused $counts)" | head -c 500 | tr '\n\t' '; ')
  if [ -z "$counts$others" ] && [ -n "$excused" ]; then
    name_units $excused
    if [ "$1" != forth ]; then return 0; fi
    # Its own last words, without those of systemd.
    said=$(timeout 10 journalctl --quiet --no-pager --boot --lines=1 --output=cat $(printf ' _SYSTEMD_UNIT=%s' $list) 2>/dev/null |
      tr -cd '\40-\176\200-\377' | cut -c 1-200)
    message="units that failed before or may fail: $list${said:+ (the last words: $said)}"
    return 0
  fi
  name_units $counts
  problem="$problem${list:+: $list}${others:+: ${others%;}}"
  # What has no log says nothing; what has one may have written anything.
  words="$words$(timeout 10 journalctl --quiet --no-pager --boot --lines=20 $(printf ' -u %s' $list $others) 2>/dev/null |
    tr -cd '\11\12\40-\176\200-\377' | cut -c 1-200 | tail -n 20)
"
  return 1
}

# Sets `list` to the first of some names.
name_units() {
  list=$*
  if [ "$#" -gt 5 ]; then list="$1 $2 $3 $4 $5 and $(($# - 5)) more"; fi
}
