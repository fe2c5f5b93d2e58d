# shellcheck shell=sh disable=SC2034,SC2154
# --- tidying: what nobody who is alive needs goes, and nothing else ------------------------------------------------

# What a deployment leaves when it is over.
tidy() {
  rm -rf -- "$deploy/reserve" "$runtime/confirm-$nonce" "$runtime/session-$nonce" "$runtime/check-$nonce"
  read_records
  # shellcheck disable=SC2086
  set -- $all
  while [ "$#" -gt "$keep_deploys" ]; do
    if [ "${1##*:}" != "$nonce" ]; then rm -rf -- "${deploys:?}/${1##*:}"; fi
    shift
  done
  tidy_roots
}

# The last act of a deployment: without its script there is nothing to recover.
leave() {
  rm -f -- "$runtime/host-$nonce.sh"
  if has_systemd; then systemctl stop --no-block "netlib-$nonce.timer"; fi
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
  # A record that was not written to its end is none.
  for entry in "$deploys"/*; do
    half=${entry##*/}
    if ! is_nonce "$half" || [ ! -d "$entry" ] || [ -f "$entry/state" ]; then continue; fi
    if [ "$half" != "$nonce" ]; then rm -f -- "$roots/$half-next" "$roots/$half-previous"; fi
    rm -rf -- "$entry"
  done
  rm -rf -- "$library"/*.new "$deploys"/*/*.new "$deploys"/*/reserve "$runtime"/*.new \
    "$runtime"/host-*.sh "$runtime"/session-* "$runtime"/confirm-* "$runtime"/check-*
  tidy_of_processes "$runtime"/script.new. "$runtime"/netlib-check.
  tidy_roots
}

# Sets `known` to all recorded deployments, and `kept` to those whose systems are still needed: they go on, or failed to
# go back and nothing was confirmed since.
read_kept() {
  known=' ' kept=' ' stuck=' '
  read_records
  for record in $all; do
    entry=${record##*:} record=${record#*:}
    known="$known$entry "
    case ${record%:*} in
      confirmed) stuck=' ' ;;
      rollbackFailed) stuck="$stuck$entry " ;;
      *) if is_open "${record%:*}"; then kept="$kept$entry "; fi ;;
    esac
  done
  kept="$kept$stuck"
}

# Whether a deployment that goes on, or a check that runs, needs what a root keeps.
is_wanted() {
  for record in $kept; do set -- "$@" "$deploys/$record/checks" "$deploys/$record/hooks"; done
  needed=$1
  shift
  cat -- "$runtime"/netlib-check.*/checks "$@" 2>/dev/null | grep -q -F -- "$needed/"
}

# Roots of what never began go after a week, and programs after a day: by then those who prepared them are gone. What
# ended needs none, nor does what the running system and its profile keep. The clock may have jumped: what goes on keeps its.
tidy_roots() {
  read_kept
  look_at_systems
  clock=$(date +%s)
  for link in "$roots"/*; do
    owner=${link##*/} owner=${owner%-*}
    if [ ! -L "$link" ] || ! is_nonce "$owner"; then continue; fi
    case $kept in *" $owner "*) continue ;; esac
    case $known:$owner in *" $owner "*) ;; *:"$nonce") continue ;; esac
    age=$((clock - $(stat -c %Y -- "$link"))) target=$(readlink -- "$link")
    case $link:$known in
      *-programs:*) if [ "$age" -lt "$keep_programs_seconds" ] || is_wanted "$target"; then continue; fi ;;
      *" $owner "*) ;;
      *) if [ "$age" -lt "$keep_roots_seconds" ] && [ "$target $target" != "$now_running $now_profile" ]; then continue; fi ;;
    esac
    rm -f -- "$link"
  done
}
