# shellcheck shell=sh disable=SC2154
# --- health checks: the one loop, for hosts that look at themselves, at each other, and for the deployer ----------

# wait_for ID: of what was started after `child=yes`, so that there is no moment at which a probe runs that nobody ends.
wait_for() {
  wait "$1"
  child_status=$? child=''
}

# In short steps, so that it ends soon when nobody is left who wants to know.
nap() {
  to_sleep=$1
  while [ "$to_sleep" -gt 0 ] && ! is_orphan; do
    doze "$((to_sleep > 5 ? 5 : to_sleep))"
    to_sleep=$((to_sleep - 5))
  done
}

doze() {
  child=yes
  { sleep "$1" || sleep 1; } 2>/dev/null &
  wait_for "$!"
}

# Whether the shell that began this is gone: its children get another parent then. No subshell, which has its own.
is_orphan() {
  read_stat /proc/self/stat 1
  [ "$field" != "$$" ]
}

# Makes probes of one check until it is ended. Keeps `STATE SINCE REASON` in its place: `pending` before the first verdict.
make_probes() {
  place=$1 program=$2 delay=$3 period=$4 limit=$5 successes=$6 failures=$7
  good=0 bad=0 health=pending since=0 child=''
  # What runs when the loop is over is ended with it, and gone before anybody hears of the verdict.
  trap 'if [ -n "$child" ]; then kill "$!" && wait "$!"; fi 2>/dev/null; exit 0' TERM HUP
  export NETLIB_CHECK_STATE="$place/kept"
  if [ "$delay" -gt 0 ]; then nap "$delay"; fi
  until is_orphan; do
    child=yes
    { umask 022 && exec timeout --kill-after=2 "$limit" "$program"; } </dev/null >"$place/said" 2>&1 &
    wait_for "$!"
    # The last line of what it said, fit for one line of state.
    reason=$(tail -n 1 -- "$place/said" | tr -d '\000-\037' | cut -c 1-400)
    if [ "$child_status" -eq 0 ]; then
      good=$((good + 1)) bad=0
      if [ "$good" -ge "$successes" ] && [ "$health" != healthy ]; then
        read_uptime
        health=healthy since=$uptime
      fi
    else
      good=0 bad=$((bad + 1))
      case $child_status:$reason in
        124:* | 137:*) reason="no answer within $limit s${reason:+: $reason}" ;;
        *:) reason="the probe exited with status $child_status" ;;
      esac
      if [ "$bad" -ge "$failures" ]; then health=unhealthy; fi
    fi
    printf '%s %s %s\n' "$health" "$since" "$reason" >"$place/state.new" && mv -f -- "$place/state.new" "$place/state"
    if [ "$period" -gt 0 ]; then nap "$period"; else doze 0.2; fi
  done
}

# Reads the states of all checks; tells of those that changed.
look_at_checks() {
  all_healthy=yes any_pending=no healthy_since=0 verdict=''
  for place in "$bench"/[0-9]*; do
    read -r name <"$place/name"
    health=pending since=0 reason='' shown=''
    read -r health since reason <"$place/state"
    if [ "$health" != healthy ]; then
      all_healthy=no verdict="${verdict:+$verdict; }check $name: $reason"
    elif [ "$since" -gt "$healthy_since" ]; then
      healthy_since=$since
    fi
    if [ "$health" = pending ]; then any_pending=yes; fi
    if [ -f "$place/shown" ]; then read -r shown <"$place/shown"; fi
    # What a probe says may be new each time, such as an age; the last word is in the verdict.
    if [ "$shown" != "$health" ] && [ "$reason" != "$no_probe" ]; then
      say "check $name: $health${reason:+: $reason}"
      printf '%s\n' "$health" >"$place/shown"
    fi
  done
}

# watch_health MODE HEALTHY-TIME DEADLINE DIRECTORY, a check a line on stdin:
#   PROGRAM DELAY PERIOD TIMEOUT SUCCESSES FAILURES NAME
# True when all were healthy for HEALTHY-TIME without a break by DEADLINE; `verdict` says why not. MODE `once` asks only
# until each check has its first verdict.
watch_health() {
  mode=$1 healthy_time=$2 deadline=$3 bench=$4 workers='' count=100 no_probe='no probe has ended yet'
  rm -rf -- "$bench" && mkdir -p -- "$bench" || return 1
  read_uptime
  began=$uptime
  while read -r program delay period limit successes failures name; do
    count=$((count + 1))
    if ! {
      mkdir -p -- "$bench/$count/kept" && printf '%s\n' "$name" >"$bench/$count/name" &&
        printf 'pending 0 %s\n' "$no_probe" >"$bench/$count/state"
    }; then
      verdict="check $name could not be made: $(disk "$bench")"
      end_probes
      return 1
    fi
    make_probes "$bench/$count" "$program" "$delay" "$period" "$limit" "$successes" "$failures" </dev/null >/dev/null 2>&1 3>&- &
    workers="$workers $!"
  done
  await_verdict
  is_healthy=$?
  end_probes
  return "$is_healthy"
}

end_probes() {
  # shellcheck disable=SC2086
  kill $workers
  # shellcheck disable=SC2086
  wait $workers
  workers=''
} 2>/dev/null

# Whoever reads the verdict may be gone: then this line cannot be written, or somebody else is the parent.
beat() {
  if [ -z "$reader" ] || [ "$uptime" -lt "$next_beat" ]; then return 0; fi
  next_beat=$((uptime + 2))
  printf '.\n' >&3 || exit 1
  read_stat "/proc/$$/stat" 1
  if [ "$field" != "$reader" ]; then exit 1; fi
}

await_verdict() {
  while :; do
    look_at_checks
    read_uptime
    beat
    if [ "$all_healthy" = yes ] && [ "$((uptime - healthy_since))" -ge "$healthy_time" ]; then return 0; fi
    if [ "$mode:$any_pending" = once:no ] || [ "$((uptime - began))" -ge "$deadline" ]; then break; fi
    sleep 0.2 || sleep 1
  done
  if [ "$all_healthy" = yes ]; then
    verdict="not healthy for $healthy_time s without a break within $deadline s"
  fi
  return 1
} 2>/dev/null

reader='' next_beat=0 workers='' verdict=''
