# shellcheck shell=sh disable=SC2034,SC2154
# --- the activation itself, in a unit of its own -----------------------------------------------------------------

# work NONCE: begins what was recorded. What was killed in the middle, as nobody is at work on it, is brought to its end.
work() {
  use_deploy "$1"
  load_state || { rm -f -- "$runtime/host-$nonce.sh" && exit 0; }
  open_log
  # A host that shuts down keeps its record as it is; the boot brings back what the profile names.
  if [ "$phase" != prepared ] && [ "$(systemctl is-system-running 2>/dev/null)" = stopping ]; then exit 0; fi
  # Whoever waits for news of it waits for this, until it waits for confirmation.
  command exec 6>>"$runtime/news-$nonce" && flock -w 1 6
  # Somebody else may be at work on it; if not, this is begun again.
  take_lock 10 || exit 1
  if load_state && unfinished; then
    kill_rest
    # A new system may lack what this script needs; the earlier one had it.
    PATH=$PATH${previous:+:$previous/sw/bin}:$toplevel/sw/bin
    take_up
  fi
  leave
}

take_up() {
  killed="the activation was killed while $phase"
  case $phase:$goal in
    prepared:*)
      if ! beginning; then
        message="it could not begin within $begin_seconds seconds; nothing was activated"
        if [ -n "$trial" ]; then forget_trial; fi
        finish_badly failed
      elif ! go_on phase activating; then
        message="nothing was activated: the state could not be written: $(disk "$library")"
        finish failed
      else
        reach_goal
      fi
      ;;
    restarting:*)
      judge_boot
      conclude "$?"
      ;;
    *:dry-activate) message=$killed && finish failed ;;
    *) message=$killed && if is_committed; then finish_well; else go_back; fi ;;
  esac
}

# Losing the log must not keep a host from rolling back.
open_log() {
  exec </dev/null
  command exec >>"$deploy/log" 2>&1 || command exec >>"$runtime/log-$nonce" 2>&1 || command exec >/dev/null 2>&1
}

# take_lock SECONDS
take_lock() { command exec 9>>"$runtime/lock" && flock -w "$1" 9; }

# --- commands with a deadline ------------------------------------------------------------------------------------

# The unit's own control group, where there is one.
own_group() {
  IFS= read -r group </proc/self/cgroup
  case $group in 0::*/netlib-"$nonce".service*) group=${group#0::} ;; *) return 1 ;; esac
  group=/sys/fs/cgroup${group%%.service*}.service
  [ -d "$group" ]
} 2>/dev/null

# Runs a command for so many seconds, in a process group and a control group of its own; then ends all that it started.
limited() {
  seconds=$1 box=''
  shift
  if own_group && { [ -d "$group/switch" ] || mkdir "$group/switch" 2>/dev/null; }; then box=$group/switch/cgroup.procs; fi
  read_uptime
  began=$uptime
  # Whatever the command leaves running must not keep the locks.
  (
    read -r process </proc/self/stat
    printf '%s\n' "$process" >"$runtime/session-$nonce"
    if [ -n "$box" ]; then echo 0 >"$box"; fi
    # Killed before it could be seen here: nobody would end this.
    kill -0 "$$" || exit 137
    umask 022
    # It leads a group.
    exec timeout --kill-after=10 "$seconds" "$@"
  ) 6>&- 9>&-
  ended=$?
  read_uptime
  # timeout says 137 when it had to kill, and so does a command that something else killed.
  if [ "$ended" -eq 137 ] && [ "$((uptime - began))" -ge "$seconds" ]; then ended=124; fi
  if [ "$ended" -eq 124 ]; then kill_rest; fi
  make_empty "$runtime/session-$nonce"
  return "$ended"
}

# Ends what a command that had to be stopped has left: its control group, or the group of its processes where there is none.
kill_rest() {
  if own_group && [ -w "$group/switch/cgroup.kill" ]; then echo 1 >"$group/switch/cgroup.kill"; fi
  read_stat "$runtime/session-$nonce" 19
  session=${line%% *} since=$field
  read_stat "/proc/$session/stat" 19
  # Another process with this number is not the one that began: then that is over.
  if [ -n "$since" ] && { [ -z "$field" ] || [ "$field" = "$since" ]; }; then kill -s KILL -- "-$session" "$session"; fi
} 2>/dev/null

# switch_to SYSTEM HOW: after another switch that is under way, which is waited for as long as one may take. If that is too
# short, or the other one has changed the system that this one was prepared for, `other` says whose it is.
switch_to() {
  read_uptime
  look_at_systems
  give_up=$((uptime + timeout)) other='' was="$now_running $now_profile"
  until limited "$timeout" "$1/bin/switch-to-configuration" "$2" || ! is_locked_out; do
    read_uptime
    say "another switch is under way: $other; waiting up to $((give_up - uptime)) seconds for it"
    # Nothing was changed: killed from here on, it is not rolled back.
    if [ "$phase" = activating ]; then enter prepared; fi
    flock -s -w "$((give_up - uptime))" "$switch_lock" true 6>&- 9>&- || return 11
    look_at_systems
    if [ "$phase" = prepared ] && [ "$now_running $now_profile" != "$was" ]; then other="$other, which changed the system"; return 11; fi
    if [ "$phase" = prepared ]; then enter activating; fi
    other=''
  done
  return "$ended"
}

# Whether the switch that ended found NixOS' own lock taken: then `other` says by whom.
is_locked_out() {
  # The status of EAGAIN: units and programs may say the same words.
  [ "$ended" -eq 11 ] || return 1
  case $(tail -n 1 -- "$deploy/log") in 'Could not acquire lock'*) ;; *) return 1 ;; esac
  find_owner "$switch_lock"
  while IFS= read -r line; do case $line in 0::*) other=${line##*/} ;; esac done <"/proc/${owner%% *}/cgroup"
  other="${other:-a process}${owner:+ (process $owner)}"
} 2>/dev/null

# explain STATUS WHAT SECONDS: whether it ended well; otherwise `problem` says how.
explain() {
  case $1 in
    0) return 0 ;;
    124) problem="$2 did not end within $3 seconds" ;;
    *) problem=${other:+another switch is under way: $other} problem=${problem:-$2 exited with status $1} ;;
  esac
  return 1
}

# go HOW: switches to the new system.
go() {
  switch_to "$toplevel" "$1"
  explain "$?" "switch-to-configuration $1" "$timeout" || judge_units forth
}

# --- hooks of the plan: programs that run on the way, each with its deadline ---------------------------------------

# run_hooks WHEN: the first one that fails is the last one.
run_hooks() {
  [ -s "$deploy/hooks" ] || return 0
  while read -r when seconds program; do
    [ "$when" = "$1" ] || continue
    say "$when: ${program##*/}"
    limited "$seconds" env NETLIB_HOOK="$when" NETLIB_DEPLOY="$nonce" NETLIB_SYSTEM="$toplevel" \
      NETLIB_PREVIOUS="$previous" "$program" </dev/null
    explain "$?" "the program ${program##*/}" "$seconds" || { say "$problem"; return 1; }
  done <"$deploy/hooks"
}

# finish_badly PHASE: what programs prepared is rolled back. Whatever comes of that, the host is where it is.
finish_badly() {
  [ -z "$words" ] || printf 'The log of what failed:%s\n' "$words"
  run_hooks onRollback || message="$message; $problem"
  finish "$1"
}

# Programs are those of the deployment that this one reverts, if it does.
finish_well() {
  run_hooks ofUndone
  # What it evaluated is older than this deployment. No process to ask systemd: a unit that is at work has a control group.
  if [ -d "$root/sys/fs/cgroup/system.slice/nixos-upgrade.service" ] && [ "$goal" != dry-activate ]; then
    message="${message:+$message; }nixos-upgrade.service is at work and may switch the host to a system of its own after this"
  fi
  finish confirmed
}

# --- the way there -----------------------------------------------------------------------------------------------

# Each of these sets `problem` where it fails.
reach_goal() {
  if [ "$goal" != dry-activate ] && ! run_hooks beforeActivate; then
    message="nothing was activated: $problem"
    finish_badly failed
    return
  fi
  say "$goal of $toplevel; ${previous:-nothing} runs"
  case ${trial:+on-trial-}$goal in
    on-trial-*) boot_once ;;
    switch) try_system && be_healthy && await_confirmation && run_hooks onConfirm && commit ;;
    test) try_system && be_healthy && await_confirmation && run_hooks onConfirm && claim ;;
    boot) run_hooks onConfirm && commit ;;
    dry-activate) go dry-activate ;;
  esac
  conclude "$?"
}

# conclude STATUS: of what should have reached the goal.
conclude() {
  case $1:$goal:$phase in
    0:*) finish_well ;;
    *:dry-activate:*) message=$problem && finish failed ;;
    # Another switch is under way.
    *:prepared) message="nothing was activated: $problem" && forget_trial && finish_badly failed ;;
    *) message=$problem && go_back ;;
  esac
}

try_system() {
  # Failed units, and those that systemd starts again and again: each line begins with a name. The switch forgets who failed.
  systemctl list-units --all --full --plain --no-legend --no-pager --state=failed,auto-restart,auto-restart-queued \
    >"$runtime/failed-$nonce" 2>/dev/null
  go test || return 1
  resolve "$running"
  problem="switch-to-configuration test succeeded, but the running system is $found"
  [ "$found" = "$toplevel" ]
}

# The host decides alone about what it can see itself: nobody has to be there for it.
be_healthy() {
  if [ ! -s "$deploy/checks" ]; then return 0; fi
  go_on phase checking
  say "waiting up to $health_deadline s for the checks to be healthy$([ "$healthy" -eq 0 ] || echo " for $healthy s")"
  if watch_health settle "$healthy" "$health_deadline" "$runtime/check-$nonce" <"$deploy/checks" 6>&- 9>&-; then return 0; fi
  unhealthy=yes problem="the new system is not healthy: $verdict"
  return 1
}

# A driver that cannot reach the host any more cannot ask for this: then the host rolls back on its own.
await_confirmation() {
  say "waiting up to $confirm s for netlib to reconnect and confirm"
  # Ended by whoever confirms, and there before anybody can.
  if [ ! -e "$runtime/confirm-$nonce" ]; then
    sleep "$confirm" 6>&- 9>&- &
    echo "$!" >"$runtime/session-$nonce"
  fi
  go_on phase awaitingConfirmation
  exec 6>&-
  wait 2>/dev/null
  problem="nobody confirmed the new system over a new connection within $confirm seconds"
  [ -e "$runtime/confirm-$nonce" ] && say 'the host can be reached over a new connection'
}

# set_profile PROFILE TOPLEVEL [GENERATION]: that one, or the newest if it is of the system, or a new one. By the rules of
# `nix-env --set`, its lock too; Nix alone would take longer to start than all of this script's own work.
set_profile() {
  # Nothing may boot what a power loss could still make empty: Nix leaves its store to the kernel.
  if [ -d "$2" ]; then sync -f -- "$2"; else return 1; fi
  until is_same /proc/self/fd/8 "$1.lock"; do
    # Nix takes the file away once it is done, so what was waited for may be gone.
    if ! { command exec 8>>"$1.lock" && flock -w "$timeout" 8; }; then
      exec 8>&-
      find_owner "$1.lock"
      other=${owner:+process $owner holds its lock}
      return 1
    fi
  done
  put_profile "$@"
  put=$?
  # As Nix does: what lies among the profiles counts as one, and whoever waits for this file has to see that it is gone.
  rm -f -- "$1.lock" && printf d >&8
  exec 8>&-
  resolve "$1"
  [ "$put:$found" = "0:$2" ]
}

# With the lock. A generation may have been removed meanwhile.
put_profile() {
  newest=0
  for link in "$1"-*-link; do
    number_of=${link#"$1-"} number_of=${number_of%-link}
    # Leading zeros would make it octal, and a number that is too long none.
    case $number_of in 0* | ????????????????*) continue ;; esac
    if is_number "$number_of" && [ "$number_of" -gt "$newest" ]; then newest=$number_of; fi
  done
  if [ -n "$3" ] && is_same "$1-$3-link" "$2"; then newest=$3; elif ! is_same "$1-$newest-link" "$2"; then
    newest=$((newest + 1))
    ln -s -- "$2" "$1-$newest-link" || return 1
  fi
  ln -sfn -- "${1##*/}-$newest-link" "$1.new" && mv -fT -- "$1.new" "$1" && sync -- "${1%/*}" "$deploy/state"
}

commit() {
  go_on phase committing
  if ! set_profile "$profile" "$toplevel" "$generation"; then
    problem="the system profile could not be set: ${other:-$(disk "$root/nix")}"
    return 1
  fi
  if [ -n "$trial" ]; then forget_trial; fi
  go boot || return 1
  # A boot loader may know only the newest generations.
  has_entry || { [ -n "$generation" ] && set_profile "$profile" "$toplevel" '' && go boot && has_entry; } || return 1
  claim
}

# Whether the boot loader knows the new system, which says how to see it: an installer that failed may say nothing.
has_entry() {
  find_program boot-entry || return 0
  set -- "$toplevel"
  # shellcheck disable=SC1090
  . "$program"
}

# From here on the host is of the network and the node that it was deployed as. The last line tells whether all was done.
claim() {
  if [ "$goal" = test ]; then sync -- "$deploy/state"; fi
  write_identity write_at_last "$network_id" "$network_name" "$node" && go_on claimed yes && return 0
  problem="the host could not write down whose machine it is: $(disk "$library")"
  return 1
}

# Whether all was done, and only the last word is missing.
is_committed() { [ "$claimed" = yes ] && case $phase in awaitingConfirmation | committing) ;; *) return 1 ;; esac }

# --- the rollback ------------------------------------------------------------------------------------------------

restore_profile() {
  current_generation
  resolve "$profile"
  # Where somebody else set it meanwhile, that is not ours to undo.
  if [ "$current $found" = "$generation_before $profile_before" ] || [ "$found" != "$toplevel" ]; then return 0; fi
  if [ -z "$profile_before" ]; then rm -f -- "$profile"; return; fi
  # A boot entry that another switch was in the way of was never made.
  set_profile "$profile" "$profile_before" "$generation_before" && { [ -n "$other" ] || switch_to "$profile_before" boot; }
}

go_back() {
  # What the earlier system thinks of being switched to does not count.
  export NIXOS_NO_CHECK=1
  if [ -n "$trial" ]; then
    give_up_trial
    return
  fi
  end=rolledBack
  # Without its boot entry the new system was never more than a generation.
  if [ "$goal" = boot ] && [ -n "$other" ]; then end=failed; fi
  if ! restore_profile; then end=rollbackFailed message="$message; the system profile could not be set back"; fi
  if [ "$goal" != boot ] && [ -z "$previous" ]; then
    end=failed message="$message; there is no earlier system to roll back to"
  elif [ "$goal" != boot ] && [ "$previous" = "$toplevel" ]; then
    end=failed message="$message; this system was running before, so there is nothing to roll back to"
  elif [ "$goal" != boot ]; then
    go_back_to_previous
  fi
  finish_badly "$end"
}

go_back_to_previous() {
  say "$message: rolling back to $previous"
  enter rollingBack
  switch_to "$previous" test
  explain "$?" "rolling back to $previous" "$timeout" || judge_units back || end=rollbackFailed message="$message; $problem"
  resolve "$running"
  if [ "$found" != "$previous" ]; then end=rollbackFailed message="$message; the running system is $found"; fi
}
