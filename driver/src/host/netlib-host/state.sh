# shellcheck shell=sh disable=SC2034,SC2154
# --- state of one deployment -------------------------------------------------------------------------------------

fields='number phase goal toplevel generation previous profile_before generation_before deployer started started_uptime
finished status message timeout confirm healthy health_deadline boot network_id network_name'

is_nonce() { case $1 in '' | *[!A-Za-z0-9-]*) return 1 ;; esac }
is_number() { case $1 in '' | *[!0-9]*) return 1 ;; esac }

use_deploy() {
  if ! is_nonce "$1"; then
    echo "bad nonce: $1" >&2
    exit 64
  fi
  nonce=$1
  deploy=$deploys/$nonce
  number='' phase='' goal='' toplevel='' generation='' previous='' profile_before='' generation_before='' deployer='' started=''
  started_uptime='' finished='' status='' message='' timeout='' confirm='' healthy='' health_deadline=''
  boot='' network_id='' network_name=''
}

# The nonces of all records, the oldest first: by the number that the host gave each, as nobody's clock is to be trusted.
# What else lies in the folder is not netlib's.
recorded() {
  for entry in "$deploys"/*; do
    if is_nonce "${entry##*/}" && [ -f "$entry/state" ]; then
      recorded_number=$(value_of "$entry/state" number)
      if ! is_number "$recorded_number"; then recorded_number=0; fi
      printf '%s %s\n' "$recorded_number" "${entry##*/}"
    fi
  done | sort -k 1,1n -k 2,2 | while read -r recorded_number entry; do printf '%s\n' "$entry"; done
}

next_number() {
  newest=$(recorded | tail -n 1)
  if [ -n "$newest" ]; then newest=$(value_of "$deploys/$newest/state" number); fi
  if is_number "$newest"; then printf '%s\n' "$((newest + 1))"; else echo 1; fi
}

# The copy in memory is there as long as the one on the disk could not be written.
state_file() { if [ -f "$runtime/state-$nonce" ]; then echo "$runtime/state-$nonce"; else echo "$deploy/state"; fi; }

load_state() {
  state_file=$(state_file)
  [ -f "$state_file" ] || return 1
  while IFS= read -r line; do
    key=${line%%=*} value=${line#*=}
    # Arithmetic with what is no number would end the shell.
    case $key:$value in started_uptime:*[!0-9-]* | timeout:*[!0-9]* | confirm:*[!0-9]* | health*:*[!0-9]*) continue ;; esac
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
  state=$(print_state)
  if ! write_text "$deploy/state" "$state"; then
    rm -f -- "$deploy/reserve"
    if ! write_text "$deploy/state" "$state"; then
      say "the state could not be written to $deploy/state: $(disk "$library")"
      write_text "$runtime/state-$nonce" "$state"
      return 1
    fi
  fi
  rm -f -- "$runtime/state-$nonce"
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
  [ ! -e "$runtime/lock" ] || (exec 8<"$runtime/lock" && flock -s -n 8)
}

holder() { value_of "$runtime/holder" "$1"; }

# Prints `PROCESS COMMAND` of whoever has locked a file: the process that did, or one that got the open file from it.
who_has() {
  inode=$(stat -c %i -- "$1")
  owner=$(while read -r place kind advice mode locker where rest; do
    case $kind:$where in FLOCK:*:"$inode") if [ -d "/proc/$locker" ]; then printf '%s\n' "$locker"; fi ;; esac
  done </proc/locks | head -n 1)
  if [ -z "$owner" ]; then owner=$(who_has_open "$1" | head -n 1); fi
  if [ -n "$owner" ]; then printf '%s %s\n' "$owner" "$(tr '\000-\037' ' ' <"/proc/$owner/cmdline" | cut -c 1-200)"; fi
} 2>/dev/null

who_has_open() {
  # shellcheck disable=SC2012
  ls -l /proc/[0-9]*/fd | while read -r line; do
    case $line in
      /proc/*/fd:) process=${line#/proc/} process=${process%/fd:} ;;
      *" -> $1") if [ "$process" != "$$" ]; then printf '%s\n' "$process"; fi ;;
    esac
  done
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
    if load_state && unfinished; then print_holder; else
      emit lock held
      emit lock.process "$(who_has "$runtime/lock")"
    fi
  )
}

# Prints who is at work on the host; false when nobody is.
print_busy() {
  if print_locked; then return 0; fi
  for entry in $(recorded); do
    if (use_deploy "$entry" && load_state && beginning && print_holder); then return 0; fi
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

# write_identity ID NAME NONCE: NONCE is of the deployment that does, if one does.
write_identity() { write_text "$library/network" "$(printf 'id=%s\nname=%s\nby=%s' "$1" "$2" "$3")"; }

identify() {
  private_folder "$library"
  enter_gate
  check_identity "$1" "$2" "$3"
  refuse_while_busy
  if [ "$host_id" != "$1" ] || [ "$host_name" != "$2" ]; then
    write_identity "$1" "$2" '' || {
      emit disk "$(disk "$library")"
      refuse identity
    }
  fi
  emit identified "$1"
}
