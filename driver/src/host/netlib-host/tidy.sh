# shellcheck shell=sh disable=SC2034,SC2154
# --- tidying: what nobody who is alive needs goes, and nothing else ------------------------------------------------

# What a deployment leaves when it is over.
tidy() {
  rm -f -- "$deploy/reserve" "$runtime/confirm-$nonce" "$runtime/session-$nonce"
  rm -rf -- "$runtime/check-$nonce"
  if [ "$phase" != rollbackFailed ]; then rm -f -- "$roots/$nonce-next" "$roots/$nonce-previous"; fi
  # shellcheck disable=SC2046
  set -- $(recorded)
  while [ "$#" -gt "$keep_deploys" ]; do
    if [ "$1" != "$nonce" ]; then rm -rf -- "${deploys:?}/$1"; fi
    shift
  done
  tidy_roots
}

# The last act of a deployment: without its script there is nothing to recover.
leave() {
  rm -f -- "$runtime/holder" "$runtime/host-$nonce.sh"
  if has_systemd; then systemctl stop --no-block "netlib-$nonce-watch.timer"; fi
}

# What earlier runs left unfinished is over, as nobody is at work: with the gate and the lock.
tidy_host() {
  for entry in $(recorded); do
    (
      use_deploy "$entry"
      load_state || exit 0
      if unfinished; then
        kill_rest
        if is_committed; then enter confirmed; else
          message="interrupted while $phase"
          enter interrupted
        fi
      elif [ -f "$runtime/state-$nonce" ]; then
        save_state
      fi
      if [ -f "$runtime/log-$nonce" ] && cat -- "$runtime/log-$nonce" >>"$deploy/log"; then rm -f -- "$runtime/log-$nonce"; fi
      rm -f -- "$deploy/reserve"
      if [ "$phase" != rollbackFailed ]; then rm -f -- "$roots/$nonce-next" "$roots/$nonce-previous"; fi
    ) 7>&- 8>&-
  done
  # A record that was not written to its end is none.
  for entry in "$deploys"/*; do
    half=${entry##*/}
    if is_nonce "$half" && [ -d "$entry" ] && [ ! -f "$entry/state" ]; then
      if [ "$half" != "$nonce" ]; then rm -f -- "$roots/$half-next" "$roots/$half-previous"; fi
      rm -rf -- "$entry"
    fi
  done
  rm -f -- "$library"/*.new "$deploys"/*/*.new "$runtime"/*.new \
    "$runtime"/host-*.sh "$runtime"/session-* "$runtime"/confirm-*
  rm -rf -- "$runtime"/check-*
  tidy_of_processes "$runtime"/script.new. "$runtime"/netlib-check.
  tidy_roots
}

# tidy_of_processes PREFIX…: what is named after processes that are gone.
tidy_of_processes() {
  for prefix in "$@"; do
    for left in "$prefix"*; do
      worker=${left#"$prefix"} worker=${worker%%.*}
      if ! is_number "$worker" || [ -d "/proc/$worker" ]; then continue; fi
      if [ "$(stat -c %u -- "$left")" = "$me" ]; then rm -rf -- "$left"; fi
    done
  done
}

# Whether a deployment that goes on, or a check that runs, needs what a root keeps.
is_wanted() {
  for entry in "$runtime"/netlib-check.*/checks; do
    if [ -f "$entry" ] && grep -q -F -- "$1/" "$entry"; then return 0; fi
  done
  for entry in $(recorded); do
    if (use_deploy "$entry" && load_state && unfinished && grep -q -F -- "$1/" "$deploy/checks"); then return 0; fi
  done 2>/dev/null
  return 1
}

# Whether a root keeps what a deployment that goes on, or one that failed to go back, is about.
is_of_record() { (use_deploy "$1" && load_state && { unfinished || is_unsettled; }); }

# Whether the host failed to go back, and nothing was confirmed on it since.
is_unsettled() {
  [ "$phase" = rollbackFailed ] || return 1
  is_later=''
  for later in $(recorded); do
    if [ -n "$is_later" ] && (use_deploy "$later" && load_state && [ "$phase" = confirmed ]); then return 1; fi
    if [ "$later" = "$nonce" ]; then is_later=yes; fi
  done
}

has_record() { [ -f "$deploys/$1/state" ]; }

is_kept_anyway() { [ "$1" = "$(resolve "$running")" ] && [ "$1" = "$(resolve "$profile")" ]; }

# Roots of what never began go after a week, and programs after a day: by then those who prepared them are gone. What
# ended needs none, nor does what the running system and its profile keep. The clock may have jumped: what goes on keeps its.
tidy_roots() {
  clock=$(date +%s)
  for link in "$roots"/*; do
    owner=${link##*/} owner=${owner%-*}
    if [ ! -L "$link" ] || [ "$owner" = "$nonce" ] || ! is_nonce "$owner" || is_of_record "$owner"; then continue; fi
    age=$((clock - $(stat -c %Y -- "$link"))) target=$(readlink -- "$link")
    case $link in
      *-programs) if [ "$age" -ge "$keep_programs_seconds" ] && ! is_wanted "$target"; then rm -f -- "$link"; fi ;;
      *) if [ "$age" -ge "$keep_roots_seconds" ] || is_kept_anyway "$target" || has_record "$owner"; then rm -f -- "$link"; fi ;;
    esac
  done
}
