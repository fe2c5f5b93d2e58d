# shellcheck shell=sh disable=SC2034,SC2154
# --- tidying: what nobody who is alive needs goes, and nothing else ------------------------------------------------

# The last act of a deployment: what it leaves goes, and then its script, without which there is nothing to recover.
leave() {
  read_records
  set -- "$deploy/reserve" "$runtime/confirm-$nonce" "$runtime/session-$nonce" "$runtime/check-$nonce" "$runtime/failed-$nonce"
  for record in $all; do
    if [ "$count" -le "$keep_deploys" ]; then break; fi
    count=$((count - 1))
    if [ "${record##*:}" != "$nonce" ]; then set -- "$@" "$deploys/${record##*:}"; fi
  done
  tidy_roots "$@" "$runtime/news-$nonce" "$runtime/host-$nonce.sh"
}

# What earlier runs left unfinished is over, as nobody is at work: with the gate and the lock, and the records that are read.
tidy_host() {
  for record in $all; do
    entry=${record##*:} record=${record#*:}
    if ! is_open "${record%:*}" && [ ! -f "$runtime/state-$entry" ] && [ ! -f "$runtime/log-$entry" ]; then continue; fi
    (
      use_deploy "$entry"
      load_state || exit 0
      if unfinished; then
        kill_rest
        if is_committed; then enter confirmed; else
          message="interrupted while $phase"
          enter interrupted
        fi
      else
        save_state
      fi
      if [ -f "$runtime/log-$nonce" ] && cat -- "$runtime/log-$nonce" >>"$deploy/log"; then rm -f -- "$runtime/log-$nonce"; fi
    ) 7>&- 8>&-
  done
  if [ -n "$open" ]; then read_records; fi
  set --
  # A record that was not written to its end is none.
  for entry in "$deploys"/*; do
    half=${entry##*/}
    if ! is_nonce "$half" || [ ! -d "$entry" ] || [ -s "$entry/state" ]; then continue; fi
    if [ "$half" != "$nonce" ]; then set -- "$@" "$roots/$half-next" "$roots/$half-previous"; fi
    set -- "$@" "$entry"
  done
  for left in "$library"/*.new "$deploys"/*/*.new "$deploys"/*/reserve "$runtime"/*.new "$runtime"/host-*.sh \
    "$runtime"/session-* "$runtime"/confirm-* "$runtime"/check-* "$runtime"/news-* "$runtime"/failed-*; do
    if [ -e "$left" ]; then set -- "$@" "$left"; fi
  done
  tidy_of_processes "$runtime"/script.new. "$runtime"/netlib-check.
  tidy_roots "$@"
}

# Sets `kept` to the deployments whose systems are still needed: they go on, or failed to roll back and nothing was confirmed
# since.
read_kept() {
  stuck=''
  for record in $all; do
    case $record in
      *:confirmed:*) stuck='' ;;
      *:rollbackFailed:*) stuck="$stuck${record##*:} " ;;
    esac
  done
  kept=" $open$stuck"
}

# Whether a deployment that goes on, or a check that runs, needs what a root keeps.
is_wanted() {
  for record in $kept; do set -- "$@" "$deploys/$record/checks" "$deploys/$record/hooks"; done
  needed=$1
  shift
  cat -- "$runtime"/netlib-check.*/checks "$@" 2>/dev/null | grep -q -F -- "$needed/"
}

# Whether a link is older than so many seconds. The clock may have jumped.
is_older() {
  clock=${clock:-$(date +%s)}
  [ "$((clock - $(stat -c %Y -- "$1")))" -ge "$2" ]
}

# tidy_roots PATH…: with the records that are read. Roots of what never began go after a week, and programs after a day: by
# then those who prepared them are gone. What ended needs none, nor does what the running system and its profile keep. What
# goes on keeps its, whatever the clock says. The paths go after them.
tidy_roots() {
  read_kept
  for link in "$roots"/*; do
    owner=${link##*/} owner=${owner%-*}
    if [ ! -L "$link" ] || ! is_nonce "$owner"; then continue; fi
    case $kept in *" $owner "*) continue ;; esac
    ended=no
    if [ -f "$deploys/$owner/state" ]; then ended=yes; elif [ "$owner" = "$nonce" ]; then continue; fi
    case $link:$ended in
      *-programs:*) if ! is_older "$link" "$keep_programs_seconds" || is_wanted "$(readlink -- "$link")"; then continue; fi ;;
      *:yes) ;;
      *) { is_same "$link" "$running" && is_same "$link" "$profile"; } || is_older "$link" "$keep_roots_seconds" || continue ;;
    esac
    set -- "$link" "$@"
  done
  if [ "$#" -gt 0 ]; then rm -rf -- "$@"; fi
}
