# shellcheck shell=sh disable=SC2034,SC2154
# --- starting an activation --------------------------------------------------------------------------------------

protect() {
  use_deploy "$1"
  if ! mkdir -p -- "$roots" || ! ln -sfn -- "$2" "$roots/$nonce-next"; then refuse_state; fi
  oldest=$(($(date +%s) - keep_roots_seconds))
  for link in "$roots"/*; do
    owner=${link##*/} owner=${owner%-*}
    # The clock may have jumped: what is under way keeps its roots, however old they seem.
    if [ "$owner" = "$nonce" ] || [ -e "$runtime/host-$owner.sh" ]; then continue; fi
    if [ -L "$link" ] && [ "$(stat -c %Y -- "$link")" -lt "$oldest" ]; then rm -f -- "$link"; fi
  done
  emit protected "$2"
}

# Programs are wanted for longer than one activation: by checks from other nodes, and by `netlib check`.
keep() {
  use_deploy "$1"
  if ! mkdir -p -- "$roots" || ! ln -sfn -- "$2" "$roots/$nonce-programs"; then refuse_state; fi
  for link in "$roots"/*-programs; do
    owner=${link##*/} owner=${owner%-*}
    if [ "$owner" = "$nonce" ] || [ -e "$runtime/host-$owner.sh" ]; then continue; fi
    rm -f -- "$link"
  done
  emit kept "$2"
}

# One request at a time looks and records; the lock itself is taken by the unit only.
enter_gate() {
  mkdir -p -- "$runtime" || refuse_state
  exec 7>>"$runtime/gate"
  flock -w 20 7 || refuse gate
}

refuse_while_busy() {
  if print_busy; then refuse busy; fi
}

# Who prepared a deployment for a host as it was must not undo what somebody else has deployed there meanwhile.
refuse_when_changed() {
  [ -n "$seen" ] || return 0
  now_running=$(resolve "$running") now_profile=$(resolve "$profile")
  if [ "$now_running" = "$seen_running" ] && [ "$now_profile" = "$seen_profile" ]; then return 0; fi
  emit changed.running "$now_running"
  emit changed.profile "$now_profile"
  for entry in "$deploys"/*; do
    if [ ! -f "$entry/state" ]; then continue; fi
    (
      use_deploy "${entry##*/}"
      if load_state && [ "$phase" = confirmed ] && [ "$toplevel" = "$now_running" ]; then
        emit changed.by "$finished $deployer"
      fi
    )
  done
  refuse changed
}

# What an earlier run left unfinished is over once nobody holds the lock any more.
close_interrupted() {
  for entry in "$deploys"/*; do
    if [ ! -f "$entry/state" ]; then continue; fi
    (
      use_deploy "${entry##*/}"
      if load_state && unfinished; then
        message="interrupted while $phase"
        enter interrupted
      fi
    )
  done
}

# What a failure goes back to: what runs, unless it runs only because a deployment that nobody confirmed was killed.
# Where nothing runs, the system of the next boot.
trusted_system() {
  now_running=$(resolve "$running")
  for entry in "$deploys"/*; do
    if [ ! -f "$entry/state" ]; then continue; fi
    before=$(
      use_deploy "${entry##*/}"
      if load_state && unfinished && [ "$boot" = "$(boot_id)" ] && [ "$toplevel" = "$now_running" ]; then
        printf '%s\n' "$previous"
      fi
    )
    if [ -n "$before" ]; then now_running=$before; fi
  done
  if [ -z "$now_running" ]; then now_running=$(resolve "$profile"); fi
  printf '%s\n' "$now_running"
}

is_number() { case $1 in '' | *[!0-9]*) return 1 ;; esac }

read_options() {
  id='' name='' policy=keep checks='' healthy=0 health_deadline=0 seen='' seen_profile=''
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
  # Logs may hold more than everybody should read.
  mkdir -p -- "$deploy" && chmod 700 -- "$deploys" && head -c 65536 /dev/zero >"$deploy/reserve" &&
    sync -- "$deploy/reserve" &&
    : >"$deploy/log" &&
    printf '%s' "$checks" >"$deploy/checks" &&
    print_state | write_file "$deploy/state" &&
    mkdir -p -- "$roots" && ln -sfn -- "$toplevel" "$roots/$nonce-next" || return 1
  if [ -n "$previous" ]; then ln -sfn -- "$previous" "$roots/$nonce-previous"; fi
}

activate() {
  use_deploy "$1"
  shift
  read_options "$@"
  if [ -f "$deploy/state" ]; then refuse known; fi
  check_identity "$id" "$name" "$policy"
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
  if [ -f "$deploy/state" ]; then refuse known; fi
  check_identity "$id" "$name" "$policy"
  if [ -z "$generation" ]; then generation=$(previous_generation); fi
  if ! is_number "$generation" || [ ! -e "$profile-$generation-link" ]; then
    emit generation.asked "$generation"
    generations
    refuse no-generation
  fi
  toplevel=$profile-$generation-link
  [ -x "$toplevel/bin/switch-to-configuration" ] || refuse no-toplevel
  begin
}

begin() {
  enter_gate
  refuse_while_busy
  refuse_when_changed
  previous=$(trusted_system)
  close_interrupted
  toplevel=$(resolve "$toplevel") phase=prepared started=$(now) started_uptime=$(uptime_seconds) boot=$(boot_id)
  profile_before=$(resolve "$profile") generation_before=$(current_generation)
  if ! record; then
    rm -rf -- "$deploy"
    refuse_state
  fi
  if ! start "$0"; then
    message='the activation could not be started'
    finish failed >>"$deploy/log"
    : >"$deploy/seen"
    refuse start
  fi
  emit started "$nonce"
  emit toplevel "$toplevel"
}

# No pipe of ours is held by the unit: losing the connection changes nothing for it. What is killed in the middle is
# brought to an end by `recover`, for which the script stays there and which waits for nothing that ignores a signal.
start() {
  if has_systemd; then
    systemd-run --quiet --no-block --collect --unit="netlib-$nonce" --description="netlib activation $nonce" \
      --property=Delegate=yes --property=KillSignal=SIGKILL --property=TimeoutStopSec="$((timeout * 3 + 120))" \
      --property="ExecStopPost=/bin/sh -c 'test ! -e $1 || exec /bin/sh $1 recover $nonce'" \
      --setenv=PATH="$PATH" --setenv=HOME=/root /bin/sh "$1" run "$nonce" </dev/null
  else
    # shellcheck disable=SC2016
    setsid /bin/sh -c '/bin/sh "$1" run "$2"; test ! -e "$1" || exec /bin/sh "$1" recover "$2"' sh "$1" "$nonce" \
      </dev/null >/dev/null 2>&1 7>&- &
  fi
}
