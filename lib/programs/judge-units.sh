# shellcheck shell=sh disable=SC2154
# judge-units WAY SYSTEM PREVIOUS FAILED LOG…: whether nothing that counts failed, although a switch `forth` to a system, or `back` to the
# previous one, ended with 4: NixOS fails it for every unit that systemd knows, and what counts is what this deployment did. FAILED has the
# units that failed before. The first line says what is excused, or what counts; after that comes the end of its log.
# A unit does not count if it may fail, if it is in no system but somebody's own, or if it failed before and is still the same; on the way
# back, if it failed before.
set +eu
way=$1 toplevel=$2 previous=$3 before=$4
shift 4

# Whether nothing of the user can be activated whatever is deployed, as there is no service manager of the user's: sets `manager`.
is_unmanaged() { manager=user@$(id -u -- "$1").service && ! systemctl is-active --quiet "$manager"; } 2>/dev/null

# Units that the last switch failed for by its own words, service managers that are not there, and what else it failed for.
named='' excused='' complaints=''
while IFS= read -r line; do
  case $line in
    'netlib: '*) named='' excused='' complaints='' ;;
    'warning: the following units failed: '*) named=${line#*failed: } ;;
    'Failed to '* | 'warning: user activation '*)
      user=${line#warning: user activation for }
      if [ "$user" != "$line" ] && is_unmanaged "${user% failed}"; then
        excused="$excused $manager"
      else
        complaints="$complaints$line
"
      fi
      ;;
  esac
done <<END
$(cat -- "$@" 2>/dev/null | grep -a -e '^netlib: ' -e '^warning: ' -e '^Failed to ')
END

# How a system defines a unit, or the template that it is made of.
print_unit() {
  set -- "$1/etc/systemd/system/$2" "$1/etc/systemd/system/${2%%@*}@.${2##*.}"
  cat -- "$1" "$1.d"/* "$2" "$2.d"/* 2>/dev/null
}

# Sets `list` to the first of some names.
name_units() {
  list=$*
  if [ "$#" -gt 5 ]; then list="$1 $2 $3 $4 $5 and $(($# - 5)) more"; fi
}

failed=" $(cut -d ' ' -f 1 -- "$before" | tr '\n' ' ')" counts=''
globs=$(cat -- "$toplevel/etc/netlib/may-fail" "$previous/etc/netlib/may-fail" 2>/dev/null | tr '\n' '|')
for unit in $named; do
  unit=${unit%,} why=new
  case $failed in *" $unit "*) why=$way ;; esac
  eval "case \$unit in (${globs}nothing) why=back ;; esac"
  if [ "$why" = back ] || [ -e "${NETLIB_HOST_ROOT:-}/run/systemd/transient/$unit" ] ||
    { [ "$why" = forth ] && [ "$(print_unit "$toplevel" "$unit")" = "$(print_unit "${previous:-/nowhere}" "$unit")" ]; }; then
    excused="$excused $unit"
  else
    counts="$counts $unit"
  fi
done
# What the switch says of units that are judged already is no news.
# shellcheck disable=SC2086
others=$(printf '%s' "$complaints" | grep -v -F -e "$(printf ' %s\n' nothing-judged $excused $counts)" | head -c 500 | tr '\n\t' '; ')

# What has no log says nothing; what has one may have written anything.
# shellcheck disable=SC2046,SC2086
if [ -z "$counts$others" ] && [ -n "$excused" ]; then
  name_units $excused
  # Its own last words, without those of systemd.
  said=$(timeout 10 journalctl --quiet --no-pager --boot --lines=1 --output=cat $(printf ' _SYSTEMD_UNIT=%s' $list) 2>/dev/null |
    tr -cd '\40-\176\200-\377' | cut -c 1-200)
  printf '%s\n' "units that failed before or may fail: $list${said:+ (the last words: $said)}"
else
  name_units $counts
  printf '%s\n' "${list:+: $list}${others:+: ${others%;}}"
  timeout 10 journalctl --quiet --no-pager --since="@$(stat -c %Y -- "$before")" --lines=20 $(printf ' -u %s' $list $others) 2>/dev/null |
    tr -cd '\11\12\40-\176\200-\377' | cut -c 1-200 | tail -n 20
  exit 1
fi
