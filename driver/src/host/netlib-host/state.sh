# shellcheck shell=sh disable=SC2034,SC2154
# --- state of one deployment -------------------------------------------------------------------------------------

fields='phase goal toplevel generation previous profile_before generation_before deployer started started_uptime
finished status message timeout confirm healthy health_deadline boot'

use_deploy() {
  case $1 in
    '' | *[!A-Za-z0-9-]*)
      echo "bad nonce: $1" >&2
      exit 64
      ;;
  esac
  nonce=$1
  deploy=$deploys/$nonce
  phase='' goal='' toplevel='' generation='' previous='' profile_before='' generation_before='' deployer='' started=''
  started_uptime='' finished='' status='' message='' timeout='' confirm='' healthy='' health_deadline=''
  boot=''
}

# The copy in memory is there as long as the one on the disk could not be written.
state_file() { if [ -f "$runtime/state-$nonce" ]; then echo "$runtime/state-$nonce"; else echo "$deploy/state"; fi; }

load_state() {
  state_file=$(state_file)
  [ -f "$state_file" ] || return 1
  while IFS= read -r line; do
    key=${line%%=*} value=${line#*=}
    for field in $fields; do
      if [ "$key" = "$field" ]; then eval "$field=\$value"; fi
    done
  done <"$state_file"
}

print_state() {
  for field in $fields; do
    eval "emit \"\$field\" \"\$$field\""
  done
}

# A full disk must not hide how an activation ended: the space for that was set aside before it began.
save_state() {
  if print_state | write_file "$deploy/state"; then
    rm -f -- "$runtime/state-$nonce"
    return 0
  fi
  rm -f -- "$deploy/reserve" "$deploy/state.new"
  if print_state | write_file "$deploy/state"; then
    rm -f -- "$runtime/state-$nonce"
    return 0
  fi
  say "the state could not be written to $deploy/state: $(disk "$library")"
  print_state | write_file "$runtime/state-$nonce"
  return 1
}

enter() {
  phase=$1
  save_state
}

finish() {
  finished=$(now)
  say "$1${message:+: $message}"
  enter "$1"
}

unfinished() {
  case $phase in prepared | activating | checking | awaitingConfirmation | committing | rollingBack) ;; *) return 1 ;; esac
}

# Ended in a way that somebody has to hear of.
is_bad_end() { case $phase in rolledBack | rollbackFailed | failed) ;; *) return 1 ;; esac; }

# Recorded a moment ago and about to begin.
beginning() {
  [ "$phase" = prepared ] && [ "$boot" = "$(boot_id)" ] &&
    [ "$(($(uptime_seconds) - ${started_uptime:-0}))" -lt "$begin_seconds" ]
}

# --- lock --------------------------------------------------------------------------------------------------------

# Only an activation holds the lock exclusively; who looks takes it shared and for an instant, who begins until it began.
lock_is_free() {
  mkdir -p -- "$runtime" && (exec 8>>"$runtime/lock" && flock -s -n 8)
}

holder() {
  if [ -f "$runtime/holder" ]; then
    while IFS= read -r line; do
      if [ "${line%%=*}" = "$1" ]; then printf '%s\n' "${line#*=}"; fi
    done <"$runtime/holder"
  fi
}

is_worked_on() { ! lock_is_free && [ "$(holder nonce)" = "$nonce" ]; }

print_holder() {
  emit lock held
  emit lock.nonce "$nonce"
  emit lock.deployer "$deployer"
  emit lock.since "$started"
  emit lock.toplevel "$toplevel"
  emit lock.goal "$goal"
  emit lock.phase "$phase"
}

is_over() { (use_deploy "$1" && load_state && ! unfinished); }

# Prints whose activation holds the lock; false when it is free.
print_locked() {
  tries=50
  while :; do
    if lock_is_free; then return 1; fi
    held=$(holder nonce)
    # Without a holder it has just been taken; by one whose activation is over it is about to be let go.
    if [ "$tries" -eq 0 ] || { [ -n "$held" ] && ! is_over "$held"; }; then break; fi
    tries=$((tries - 1))
    sleep 0.1 || sleep 1
  done
  (
    use_deploy "${held:-unknown}"
    if load_state; then print_holder; else emit lock held; fi
  )
}

# Prints who is at work on the host; false when nobody is.
print_busy() {
  if print_locked; then return 0; fi
  for entry in "$deploys"/*; do
    if [ -f "$entry/state" ] && (use_deploy "${entry##*/}" && load_state && beginning && print_holder); then
      return 0
    fi
  done
  # What was about to begin may have taken the lock before its record was read.
  print_locked
}

print_lock() { print_busy || emit lock free; }

# --- identity ----------------------------------------------------------------------------------------------------

read_identity() {
  host_id='' host_name=''
  if [ -f "$library/network" ]; then
    while IFS= read -r line; do
      case $line in
        id=*) host_id=${line#id=} ;;
        name=*) host_name=${line#name=} ;;
      esac
    done <"$library/network"
  fi
}

check_identity() {
  read_identity
  if [ -z "$host_id" ] || [ "$3" = adopt ]; then return 0; fi
  if [ "$host_id" = "$1" ] && [ "$host_name" = "$2" ]; then return 0; fi
  emit network.id "$host_id"
  emit network.name "$host_name"
  if [ "$host_id" = "$1" ]; then refuse shared-id; fi
  refuse other-network
}

identify() {
  enter_gate
  check_identity "$1" "$2" "$3"
  if [ "$host_id" != "$1" ] || [ "$host_name" != "$2" ]; then
    { mkdir -p -- "$library" && printf 'id=%s\nname=%s\n' "$1" "$2" | write_file "$library/network"; } || {
      emit disk "$(disk "$library")"
      refuse identity
    }
  fi
  emit identified "$1"
}
