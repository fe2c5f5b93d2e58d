# shellcheck shell=sh disable=SC2154
# --- the activation itself, in a unit of its own -----------------------------------------------------------------

run() {
  use_deploy "$1"
  load_state || exit 1
  open_log
  if ! take_lock 10; then
    message="$(holder deployer) has been deploying to this host since $(holder since)"
    finish failed
  elif load_state && [ "$phase" = prepared ]; then
    hold
    if ! beginning; then
      message="it could not begin within $begin_seconds seconds; nothing was activated"
      finish failed
    elif enter activating; then
      reach_goal
    else
      message="nothing was activated: the state could not be written: $(disk "$library")"
      finish failed
    fi
    tidy
  fi
  leave
}

# Runs when the unit ended: there is something left to do only if it was killed before its end.
recover() {
  use_deploy "$1"
  if ! load_state; then
    leave
    exit 1
  fi
  open_log
  # A host that shuts down keeps its record as it is; the boot brings back what the profile names.
  if has_systemd && [ "$(systemctl is-system-running 2>/dev/null)" = stopping ]; then exit 0; fi
  # Before the lock: whoever may begin now must not meet what the killed one had started.
  if unfinished; then kill_rest; fi
  until take_lock 60; do
    if ! load_state || ! unfinished; then exit 0; fi
    say "waiting for the lock, which is held by process $(who_has "$runtime/lock")"
  done
  if load_state && unfinished; then
    hold
    message="the activation was killed while $phase"
    case $phase:$goal in
      prepared:* | *:dry-activate) finish failed ;;
      *) if is_committed; then finish confirmed; else go_back; fi ;;
    esac
  fi
  tidy
  leave
}

# Brings to its end what nobody works on any more.
watch() {
  use_deploy "$1"
  if load_state && { beginning || is_worked_on; }; then exit 0; fi
  recover "$1"
}

# Losing the log must not keep a host from going back.
open_log() {
  exec </dev/null
  command exec >>"$deploy/log" 2>&1 || command exec >>"$runtime/log-$nonce" 2>&1 || command exec >/dev/null 2>&1
}

# take_lock SECONDS
take_lock() { command exec 9>>"$runtime/lock" && flock -w "$1" 9; }

hold() {
  write_text "$runtime/holder" "$(printf 'nonce=%s\ndeployer=%s\nsince=%s' "$nonce" "$deployer" "$(now)")"
  # A new system may lack what this script needs; the earlier one had it.
  PATH=$PATH${previous:+:$previous/sw/bin}:$toplevel/sw/bin
}

# --- commands with a deadline ------------------------------------------------------------------------------------

# The unit's own control group, where there is one.
own_group() {
  group=''
  while IFS= read -r line; do
    case $line in 0::*/netlib-"$nonce".service* | 0::*/netlib-"$nonce"-watch.service*) group=${line#0::} ;; esac
  done </proc/self/cgroup
  [ -n "$group" ] && group=/sys/fs/cgroup${group%%.service*}.service && [ -d "$group" ]
} 2>/dev/null

# Runs a command for so many seconds, in a session and a control group of its own; then ends all that it started.
limited() {
  seconds=$1
  shift
  box=''
  if own_group && mkdir -p "$group/switch" 2>/dev/null; then box=$group/switch/cgroup.procs; fi
  began=$(uptime_seconds)
  # Whatever the command leaves running must not keep the lock.
  # shellcheck disable=SC2016
  setsid --wait /bin/sh -c '
    read -r process <"/proc/$$/stat"
    printf "%s\n" "$process" >"$1"
    if [ -n "$2" ]; then echo $$ >"$2"; fi
    # Killed before it could be seen here: nobody would end this.
    kill -0 "$3" || exit 137
    shift 3
    umask 022
    exec timeout --kill-after=10 "$@"' sh "$runtime/session-$nonce" "$box" "$$" "$seconds" "$@" 9>&-
  ended=$?
  if [ "$(($(uptime_seconds) - began))" -ge "$seconds" ]; then
    # timeout says 137 when it had to kill, and so does a command that something else killed.
    case $ended in 124 | 137) ended=124 ;; esac
  fi
  if [ "$ended" -eq 124 ]; then kill_rest; fi
  rm -f -- "$runtime/session-$nonce"
  return "$ended"
}

# Ends what a command that had to be stopped has left: its control group, or its session where there is none.
kill_rest() {
  if own_group && [ -w "$group/switch/cgroup.kill" ]; then echo 1 >"$group/switch/cgroup.kill"; fi
  if [ ! -f "$runtime/session-$nonce" ]; then return 0; fi
  read -r session_line <"$runtime/session-$nonce"
  session=${session_line%% *}
  # Another process with this number is not the one that began the session: then that is over.
  if [ -d "/proc/$session" ] && [ "$(process_field "$session" 19)" != "$(stat_field "$session_line" 19)" ]; then return 0; fi
  # What is started while one round looks is found by the next; what no signal ends is not waited for.
  rounds=50
  while kill_session && [ "$rounds" -gt 0 ]; do
    rounds=$((rounds - 1))
    { sleep 0.1 || sleep 1; } 9>&-
  done
}

# Whether anything of the session was still there.
kill_session() {
  found=1
  for process in /proc/[0-9]*; do
    id=${process#/proc/}
    if [ "$(process_field "$id" 3)" != "$session" ] || [ "$(process_field "$id" 0)" = Z ]; then continue; fi
    kill -KILL "$id"
    found=0
  done
  return "$found"
} 2>/dev/null

switch_to() { limited "$timeout" "$1/bin/switch-to-configuration" "$2"; }

# Says what went wrong with `switch-to-configuration $1`, which ended with status $2.
explain() {
  if [ "$2" -eq 124 ]; then
    message="switch-to-configuration $1 did not end within $timeout seconds"
  else
    message="switch-to-configuration $1 exited with status $2"
  fi
}

# --- the way there -----------------------------------------------------------------------------------------------

reach_goal() {
  case $goal in
    switch) say "switching from ${previous:-nothing} to $toplevel" ;;
    *) say "$goal of $toplevel; ${previous:-nothing} runs" ;;
  esac
  case $goal in
    switch) try_system && be_healthy && await_confirmation && commit ;;
    test) try_system && be_healthy && await_confirmation && claim ;;
    boot) commit ;;
    dry-activate) rehearse ;;
  esac
  case $?:$goal in
    0:*) finish confirmed ;;
    *:dry-activate) finish failed ;;
    *) go_back ;;
  esac
}

rehearse() {
  switch_to "$toplevel" dry-activate
  status=$?
  [ "$status" -eq 0 ] && return 0
  explain dry-activate "$status"
  return 1
}

try_system() {
  switch_to "$toplevel" test
  status=$?
  if [ "$status" -ne 0 ]; then
    explain test "$status"
    return 1
  fi
  [ "$(resolve "$running")" = "$toplevel" ] && return 0
  message="switch-to-configuration test succeeded, but the running system is $(resolve "$running")"
  return 1
}

# The host decides alone about what it can see itself: nobody has to be there for it.
be_healthy() {
  if [ ! -s "$deploy/checks" ]; then return 0; fi
  enter checking
  say "the new system has to be healthy for $healthy seconds within $health_deadline seconds"
  watch_health settle "$healthy" "$health_deadline" "$runtime/check-$nonce" <"$deploy/checks" 9>&-
  status=$?
  rm -rf -- "$runtime/check-$nonce"
  [ "$status" -eq 0 ] && return 0
  message="the new system is not healthy: $verdict"
  return 1
}

# A driver that cannot reach the host any more cannot ask for this: then the host goes back by itself.
await_confirmation() {
  enter awaitingConfirmation
  say "waiting up to $confirm seconds for somebody to confirm over a new connection"
  end=$(($(uptime_seconds) + confirm))
  until [ -e "$runtime/confirm-$nonce" ]; do
    if [ "$(uptime_seconds)" -ge "$end" ]; then
      message="nobody confirmed the new system over a new connection within $confirm seconds"
      return 1
    fi
    { sleep 0.2 || sleep 1; } 9>&-
  done
  rm -f -- "$runtime/confirm-$nonce"
  say 'the host can be reached over a new connection'
}

confirm() {
  use_deploy "$1"
  load_state || refuse not-waiting
  emit phase "$phase"
  if [ "$phase" != awaitingConfirmation ] || ! is_worked_on; then refuse not-waiting; fi
  make_empty "$runtime/confirm-$nonce" || refuse_state "$runtime"
  emit accepted "$nonce"
}

commit() {
  enter committing
  if [ -n "$generation" ]; then set -- --switch-generation "$generation"; else set -- --set "$toplevel"; fi
  if ! limited "$timeout" nix-env -p "$profile" "$@" || [ "$(resolve "$profile")" != "$toplevel" ]; then
    message="the system profile could not be set: $(disk "$root/nix")"
    return 1
  fi
  sync -- "${profile%/*}"
  switch_to "$toplevel" boot
  status=$?
  if [ "$status" -ne 0 ]; then
    explain boot "$status"
    return 1
  fi
  claim
}

# From here on the host is of the network that deployed to it. Written last, so that it tells whether all was done.
claim() {
  if write_identity "$network_id" "$network_name" "$nonce"; then return 0; fi
  rm -f -- "$deploy/reserve"
  if write_identity "$network_id" "$network_name" "$nonce"; then return 0; fi
  message="the host could not write down which network it belongs to: $(disk "$library")"
  return 1
}

# Whether all was done, and only the last word is missing.
is_committed() {
  case $phase in awaitingConfirmation | committing) [ "$(value_of "$library/network" by)" = "$nonce" ] ;; *) return 1 ;; esac
}

# --- the way back ------------------------------------------------------------------------------------------------

restore_profile() {
  if [ "$(current_generation)" = "$generation_before" ] && [ "$(resolve "$profile")" = "$profile_before" ]; then
    return 0
  fi
  # Somebody else set it meanwhile, which is not ours to undo.
  if [ "$(resolve "$profile")" != "$toplevel" ]; then return 0; fi
  if [ -z "$profile_before" ]; then
    rm -f -- "$profile"
    return
  fi
  if [ -n "$generation_before" ] && [ "$(resolve "$profile-$generation_before-link")" = "$profile_before" ]; then
    set -- --switch-generation "$generation_before"
  else
    set -- --set "$profile_before"
  fi
  limited "$timeout" nix-env -p "$profile" "$@" && switch_to "$profile_before" boot
}

go_back() {
  why=$message
  restore_profile
  restored=$?
  if [ "$restored" -ne 0 ]; then why="$why; the system profile could not be set back"; fi
  if [ "$goal" = boot ]; then
    message=$why
    if [ "$restored" -eq 0 ]; then finish rolledBack; else finish rollbackFailed; fi
  elif [ -z "$previous" ]; then
    message="$why; there is no earlier system to go back to"
    finish failed
  elif [ "$previous" = "$toplevel" ]; then
    message="$why; this system was running before, so there is nothing to go back to"
    finish failed
  else
    message=$why
    go_back_to_previous
  fi
}

go_back_to_previous() {
  say "$message: going back to $previous"
  enter rollingBack
  switch_to "$previous" test
  back=$?
  if [ "$back" -eq 0 ] && [ "$(resolve "$running")" = "$previous" ] && [ "$restored" -eq 0 ]; then
    finish rolledBack
  else
    if [ "$back" -ne 0 ]; then message="$message; going back to $previous exited with status $back"; fi
    if [ "$(resolve "$running")" != "$previous" ]; then message="$message; the running system is $(resolve "$running")"; fi
    finish rollbackFailed
  fi
}
