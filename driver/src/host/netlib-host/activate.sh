# shellcheck shell=sh disable=SC2034,SC2154
# --- starting an activation --------------------------------------------------------------------------------------

protect() {
  use_deploy "$1"
  if ! mkdir -p -- "$roots" || ! ln -sfn -- "$2" "$roots/$nonce-next"; then refuse_state "$root/nix"; fi
  tidy_roots
  emit protected "$2"
  say_whether_valid "$2"
}

# At the gate: what is about to be recorded has its root and no record yet.
release() {
  enter_gate
  for dead in "$@"; do
    if is_nonce "$dead" && ! is_of_record "$dead"; then rm -f -- "$roots/$dead-next"; fi
  done
  emit released "$*"
}

keep() {
  use_deploy "$1"
  if ! mkdir -p -- "$roots" || ! ln -sfn -- "$2" "$roots/$nonce-programs"; then refuse_state "$root/nix"; fi
  tidy_roots
  emit kept "$2"
  say_whether_valid "$2"
}

# What is valid is here with all that it refers to. A host that cannot say so is copied to.
say_whether_valid() {
  if nix-store --check-validity "$1" >/dev/null 2>&1; then emit valid yes; fi
}

at_gate='' is_alone=''

# One request at a time looks and records; only units take the lock for themselves.
enter_gate() {
  if [ -n "$at_gate" ]; then return 0; fi
  private_folder "$runtime"
  command exec 7>>"$runtime/gate" || refuse_state "$runtime"
  if ! flock -w 20 7; then
    exec 7>&-
    emit gate.process "$(who_has "$runtime/gate")"
    refuse gate
  fi
  at_gate=yes
}

# From here on no unit goes to work, not even one that was killed and has to go back, until this request starts its own.
refuse_while_busy() {
  if [ -n "$is_alone" ]; then return 0; fi
  command exec 8>>"$runtime/lock" || refuse_state "$runtime"
  while :; do
    if print_busy; then refuse busy; fi
    if flock -s -n 8; then break; fi
  done
  # Left by one that was killed; the next one must not be taken for it.
  rm -f -- "$runtime/holder"
  is_alone=yes
}

# Who prepared a deployment for a host as it was must not undo what somebody else has deployed there meanwhile.
refuse_when_changed() {
  [ -n "$seen" ] || return 0
  now_running=$(resolve "$running") now_profile=$(resolve "$profile")
  if [ "$now_running" = "$seen_running" ] && [ "$now_profile" = "$seen_profile" ]; then return 0; fi
  emit changed.running "$now_running"
  emit changed.profile "$now_profile"
  for entry in $(recorded); do
    (
      use_deploy "$entry"
      if load_state && [ "$phase" = confirmed ] && [ "$toplevel" = "$now_running" ]; then
        emit changed.by "$finished $deployer"
      fi
    )
  done
  refuse changed
}

# Prints what a deployment says of the system that runs: what to go back to. Nothing if it says nothing.
judge_running() {
  use_deploy "$1"
  if ! load_state || [ "$boot" != "$(boot_id)" ] || [ "$toplevel" != "$now_running" ]; then return 0; fi
  case $phase:$goal in
    *:boot | *:dry-activate) return 0 ;;
    confirmed:*) emit trusted "$toplevel" ;;
    # What the next boot brings was confirmed, or somebody decided for it.
    *)
      if unfinished || [ "$phase" = interrupted ] || [ "$phase" = rollbackFailed ]; then
        [ "$(resolve "$profile")" = "$toplevel" ] || emit trusted "$previous"
      fi
      ;;
  esac
}

# What a failure goes back to: what runs, unless it runs only because of a deployment that nobody confirmed.
# Where nothing runs, the system of the next boot. The last deployment that says something of it is right.
trusted_system() {
  now_running=$(resolve "$running") trusted=''
  for entry in $(recorded); do
    verdict=$(judge_running "$entry")
    if [ -n "$verdict" ]; then trusted=${verdict#*=}; fi
  done
  if [ -z "$trusted" ]; then trusted=$now_running; fi
  if [ -z "$trusted" ]; then trusted=$(resolve "$profile"); fi
  printf '%s\n' "$trusted"
}

read_options() {
  id='' name='' policy=keep checks='' healthy=0 health_deadline=0 seen='' seen_profile=''
  lease='' digest='' undo=''
  for option in "$@"; do
    value=${option#*=}
    case $option in
      toplevel=*) toplevel=$value ;;
      generation=*) generation=$value ;;
      deployer=*) deployer=$value ;;
      goal=*) goal=$value ;;
      timeout=*) timeout=$value ;;
      confirm=*) confirm=$value ;;
      check=*) checks="$checks$value
" ;;
      healthy=*) healthy=$value ;;
      health-deadline=*) health_deadline=$value ;;
      id=*) id=$value ;;
      name=*) name=$value ;;
      policy=*) policy=$value ;;
      lease=*) lease=$value ;;
      digest=*) digest=$value ;;
      undo=*) undo=$value ;;
      seen=*) seen=yes seen_running=$value ;;
      seen-profile=*) seen_profile=$value ;;
      *)
        echo "netlib-host: no option '$option'" >&2
        exit 64
        ;;
    esac
  done
  case $goal in switch | boot | test | dry-activate) ;; *)
    echo "netlib-host: no goal '$goal'" >&2
    exit 64
    ;;
  esac
  if ! is_number "$timeout" || ! is_number "$confirm" || ! is_number "$healthy" || ! is_number "$health_deadline"; then
    echo "netlib-host: timeout, confirm, healthy and health-deadline are seconds" >&2
    exit 64
  fi
}

record() {
  full=$library
  mkdir -p -- "$deploy" && head -c 65536 /dev/zero >"$deploy/reserve" && sync -- "$deploy/reserve" &&
    make_empty "$deploy/log" && printf '%s' "$checks" >"$deploy/checks" &&
    mkdir -p -- "$roots" && ln -sfn -- "$toplevel" "$roots/$nonce-next" || return 1
  if [ -n "$previous" ]; then ln -sfn -- "$previous" "$roots/$nonce-previous" || return 1; fi
  # The unit has a script of its own, whatever becomes of this one; last of all the state, which makes it a record.
  ln -f -- "$0" "$script" || {
    full=$runtime
    return 1
  }
  write_text "$deploy/state" "$(print_state)" && sync -- "$deploys" "$library"
}

activate() {
  use_deploy "$1"
  forsaken=$roots/$nonce-next
  shift
  read_options "$@"
  enter_gate
  if [ -f "$deploy/state" ]; then refuse known; fi
  check_identity "$id" "$name" "$policy"
  refuse_without_lease activate
  [ -x "$toplevel/bin/switch-to-configuration" ] || refuse no-toplevel
  begin
}

# The profile's own order decides what came before, not the age or place of a link.
previous_generation() {
  here=$(current_generation) best=''
  for link in "$profile"-*-link; do
    number=$(generation_number "$link")
    if [ -n "$number" ] && [ "$number" -lt "${here:-0}" ] && [ "$number" -gt "${best:-0}" ]; then best=$number; fi
  done
  printf '%s\n' "$best"
}

rollback() {
  use_deploy "$1"
  shift
  read_options "$@"
  enter_gate
  if [ -f "$deploy/state" ]; then refuse known; fi
  check_identity "$id" "$name" "$policy"
  refuse_without_lease rollback
  # Whoever is at work may be about to change which generation comes before.
  refuse_while_busy
  toplevel=''
  if [ -n "$undo" ]; then
    before_deployment "$undo" || refuse nothing-before
  elif [ -z "$generation" ]; then
    generation=$(previous_generation)
  fi
  if [ -z "$toplevel" ]; then
    if ! is_number "$generation" || [ ! -e "$profile-$generation-link" ]; then
      emit generation.asked "$generation"
      generations
      refuse no-generation
    fi
    toplevel=$profile-$generation-link
  fi
  [ -x "$toplevel/bin/switch-to-configuration" ] || refuse no-toplevel
  begin
}

begin() {
  private_folder "$library"
  private_folder "$deploys"
  enter_gate
  refuse_while_busy
  refuse_when_changed
  previous=$(trusted_system)
  tidy_host
  toplevel=$(resolve "$toplevel") phase=prepared started=$(now) started_uptime=$(uptime_seconds) boot=$(boot_id)
  profile_before=$(resolve "$profile") generation_before=$(current_generation)
  number=$(next_number) network_id=$id network_name=$name script=$runtime/host-$nonce.sh
  if ! record || ! record_rolled; then
    rm -rf -- "$deploy"
    rm -f -- "$roots/$nonce-previous" "$script"
    refuse_state "$full"
  fi
  # From here on the unit may take the lock.
  exec 8>&-
  if ! start && is_still_ours; then
    message='the activation could not be started'
    finish failed >>"$deploy/log"
    make_empty "$deploy/seen"
    tidy
    leave
    refuse start
  fi
  emit started "$nonce"
  emit toplevel "$toplevel"
}

# What failed to start may have been started all the same: whoever has the lock owns the record. Whoever comes later
# finds it ended.
is_still_ours() { take_lock 5 && load_state && [ "$phase" = prepared ]; }

# No pipe of ours is held by the unit: losing the connection changes nothing for it. What is killed in the middle is
# brought to an end by `recover`, for which the script stays there and which waits for nothing that ignores a signal; and
# if that was killed too, by a timer, or by another process where there is no systemd.
start() {
  if has_systemd; then
    transient "netlib-$nonce-watch" --on-active=10 --on-unit-inactive=10 --timer-property=AccuracySec=1s \
      /bin/sh -c "if [ -e $script ]; then exec /bin/sh $script watch $nonce; fi; exec systemctl stop --no-block netlib-$nonce-watch.timer" &&
      transient "netlib-$nonce" --no-block --property=TimeoutStopSec="$((timeout * 3 + 120))" \
        --property="ExecStopPost=/bin/sh -c 'test ! -e $script || exec /bin/sh $script recover $nonce'" \
        /bin/sh "$script" run "$nonce"
  else
    # shellcheck disable=SC2016
    setsid /bin/sh -c '/bin/sh "$1" run "$2"; test ! -e "$1" || exec /bin/sh "$1" recover "$2"' sh "$script" "$nonce" \
      </dev/null >/dev/null 2>&1 7>&- &
    # shellcheck disable=SC2016
    setsid /bin/sh -c 'while sleep 5 && test -e "$1"; do /bin/sh "$1" watch "$2"; done' sh "$script" "$nonce" \
      </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- &
  fi
}

transient() {
  unit=$1
  shift
  systemd-run --quiet --collect --unit="$unit" --description="netlib activation $nonce" --property=Delegate=yes \
    --property=KillSignal=SIGKILL --setenv=PATH="$PATH" --setenv=HOME=/root "$@" </dev/null
}
