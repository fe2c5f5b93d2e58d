# shellcheck shell=bash
# Removes generations of the system profile that are older than so many days, but never the newest ones, nor one whose system runs, was
# booted, is the profile's, or belongs to the deployment that was confirmed last. Called with: DAYS MIN
days=$1 min=$2
profile=/nix/var/nix/profiles/system library=/var/lib/netlib
# The boot menu may name generations that are gone, until this is gone too.
stale=$library/boot-menu-is-stale

# Sets `confirmed` and `before` to the system of the deployment that was confirmed last, and to what it replaced.
read_confirmed() {
  local newest=0 state key value number phase goal toplevel previous
  confirmed='' before=''
  for state in "$library"/deploys/*/state; do
    [ -f "$state" ] || continue
    number=0 phase='' goal='' toplevel='' previous=''
    while IFS='=' read -r key value; do
      case $key in
        number) if [[ $value =~ ^[0-9]{1,15}$ ]]; then number=$((10#$value)); fi ;;
        phase) phase=$value ;;
        goal) goal=$value ;;
        toplevel) toplevel=$value ;;
        previous) previous=$value ;;
      esac
    done <"$state"
    # A dry run and a test change no generation; a system deployed again replaced nothing.
    case $phase:$goal in confirmed:switch | confirmed:boot) ;; *) continue ;; esac
    if [ "$number" -gt "$newest" ] && [ "$toplevel" != "$previous" ]; then newest=$number confirmed=$toplevel before=$previous; fi
  done
}

# Sets `links` to those of all generations, the newest first.
list_links() {
  local link number
  links=()
  while read -r number; do
    links+=("$profile-$number-link")
  done < <(for link in "$profile"-*-link; do
    number=${link#"$profile-"} number=${number%-link}
    if [[ $number =~ ^[0-9]{1,15}$ ]] && [ -L "$link" ]; then echo "$number"; fi
  done | sort -rn)
}

is_needed() {
  local needed
  for needed in "$profile" /run/current-system /run/booted-system "$confirmed" "$before"; do
    if [ -n "$needed" ] && [ "$1" -ef "$needed" ]; then return 0; fi
  done
  return 1
}

# Sets `old` to the links that go.
find_old() {
  local link now since
  old=() now=$(date +%s)
  for link in "${links[@]:min}"; do
    since=$(stat -c %Y -- "$link") || continue
    if [ $((now - since)) -lt $((days * 86400)) ] || is_needed "$link"; then continue; fi
    old+=("$link")
  done
}

[ -e "$profile" ] || exit 0
umask 077
mkdir -p /run/netlib "$library"
# No deployment is under way while generations go. The boot loader has a lock of its own, which netlib waits for.
exec 9>>/run/netlib/lock
flock -w 3600 9
# A boot on trial comes to its end first.
[ ! -e "$library/trial" ] || exit 0
read_confirmed
list_links
find_old
if [ ${#old[@]} != 0 ]; then
  : >"$stale"
  sync -- "$stale" "$library"
  rm -f -- "${old[@]}"
  sync -- "${profile%/*}"
  printf 'removed %s\n' "${old[@]}"
fi
exec 9>&-
[ -e "$stale" ] || exit 0
# Somebody else may be switching.
if [ -d /run/nixos ]; then flock -w 3600 /run/nixos/switch-to-configuration.lock true; fi
NIXOS_NO_CHECK=1 "$profile/bin/switch-to-configuration" boot
rm -f -- "$stale"
