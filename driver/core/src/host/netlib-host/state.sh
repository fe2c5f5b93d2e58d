# shellcheck shell=sh disable=SC2034,SC2154
# --- state of one deployment -------------------------------------------------------------------------------------

fields='number phase goal toplevel generation previous profile_before generation_before deployer started started_uptime
finished message unhealthy timeout confirm healthy health_deadline boot trial due closed claimed network_id network_name node'
nonce='' problem='' words=''

use_deploy() {
  is_nonce "$1" || misused "bad nonce: $1"
  nonce=$1 deploy=$deploys/$1
  # shellcheck disable=SC2086
  load '' /dev/null $fields || return 0
}

# Sets `all` to `NUMBER:PHASE:NONCE` of all records, the oldest first, and `reversed` to the same, the newest first: by the number
# that the host gave each, as nobody's clock is to be trusted. What else lies in the folder is not netlib's. Sets `open` to the
# nonces of those that go on.
read_records() {
  all='' reversed='' open='' count=0 last=0 is_sorted=yes
  for record in "$deploys"/*/state; do
    entry=${record%/state} record_number=0 record_phase=''
    entry=${entry##*/}
    if ! is_nonce "$entry" || [ ! -f "$record" ]; then continue; fi
    if [ -f "$runtime/state-$entry" ]; then record=$runtime/state-$entry; fi
    while [ -z "$record_phase" ] && IFS='=' read -r field value; do
      case $field in
        number) if is_number "$value"; then record_number=$value; fi ;;
        phase) record_phase=$value ;;
      esac
    done <"$record"
    case $record_phase in *[!A-Za-z]*) record_phase='' ;; esac
    if [ "$record_number" -lt "$last" ]; then is_sorted=no; fi
    if is_open "$record_phase"; then open="$open$entry "; fi
    last=$record_number count=$((count + 1)) record=$record_number:$record_phase:$entry
    all="$all$record " reversed="$record $reversed"
  done
  # They lie there by the clocks of deployers, which are right mostly.
  if [ "$is_sorted" = yes ]; then return 0; fi
  # shellcheck disable=SC2086
  all=$(printf '%s\n' $all | sort -t : -k 1,1n -k 3,3) reversed=$(printf '%s\n' $all | sort -t : -k 1,1nr -k 3,3r)
}

# The copy in memory is there as long as the one on the disk could not be written.
state_file() {
  file=$deploys/$1/state
  if [ -f "$runtime/state-$1" ]; then file=$runtime/state-$1; fi
}

load_state() {
  state_file "$nonce"
  # shellcheck disable=SC2086
  load '' "$file" $fields
}

# load_past NONCE FIELD…: sets past_FIELD to what the record of that deployment says.
load_past() {
  state_file "$1"
  shift
  load past_ "$file" "$@"
}

# tell PREFIX FIELD…: emits the value of PREFIX_FIELD as FIELD. False where one of them could not be written.
tell() {
  prefix=$1
  shift
  for field in "$@"; do eval "emit \"\$field\" \"\$$prefix$field\"" || return 1; done
}

# shellcheck disable=SC2086
print_state() { tell '' $fields; }

# A full disk must not hide how an activation ended: the space for that was set aside before it began.
write_at_last() {
  write_text "$@" || { rm -f -- "$deploy/reserve" && write_text "$@"; }
}

save_state() {
  if ! write_at_last "$deploy/state" print_state; then
    say "the state could not be written to $deploy/state: $(disk "$library")"
    write_text "$runtime/state-$nonce" print_state
    return 1
  fi
  if [ -f "$runtime/state-$nonce" ]; then rm -f -- "$runtime/state-$nonce"; fi
}

enter() { phase=$1 && save_state; }

# go_on FIELD VALUE: the same on the way, where only this is news: a line more, of which the last counts. What makes it last is what
# has to last together with it.
go_on() {
  eval "$1=\$2"
  state_file "$nonce"
  printf '\n%s=%s\n' "$1" "$2" >>"$file" || save_state
}

# Whoever reads of the end in the state finds all of the log. A power loss does not take the end back.
finish() {
  finished=$(date -u "$in_utc") how=$1
  # The log is for people, the state for programs.
  case $1 in rolledBack) how='rolled back' ;; rollbackFailed) how='rollback failed' ;; esac
  say "$how${message:+: $message}"
  enter "$1"
  sync -- "$deploy" "$library"
}

# Whether something is still to happen after this phase.
is_open() { case $1 in prepared | activating | restarting | checking | awaitingConfirmation | committing | rollingBack) ;; *) return 1 ;; esac }

unfinished() { is_open "$phase"; }

# Ended in a way that somebody has to hear of.
is_bad_end() { case $phase in rolledBack | rollbackFailed | failed) ;; *) return 1 ;; esac }

is_of_earlier_boot() { read_boot && [ "$boot" != "$this_boot" ]; }

# Recorded a moment ago and about to begin.
beginning() {
  [ "$phase" = prepared ] || return 1
  read_boot
  read_uptime
  [ "$boot" = "$this_boot" ] && [ "$((uptime - ${started_uptime:-0}))" -lt "$begin_seconds" ]
}

# --- lock --------------------------------------------------------------------------------------------------------

# Only an activation holds the lock exclusively; who looks takes it shared and for an instant, who begins until it began.
lock_is_free() { [ ! -e "$runtime/lock" ] || flock -s -n 6 6<"$runtime/lock"; }

# Sets `owner` to `PROCESS COMMAND` of whoever has locked a file: one that has the open file of the lock.
find_owner() {
  owner=''
  # shellcheck disable=SC2013 # Such a path is one word.
  for held in $(grep -l -r -e "FLOCK .*:$(stat -c %i -- "$1") 0 EOF" /proc/[0-9]*/fdinfo); do
    locker=${held#/proc/} locker=${locker%%/*}
    if [ "$locker" != "$$" ] && is_same "/proc/$locker/fd/${held##*/}" "$1"; then owner=$locker && break; fi
  done
  if [ -n "$owner" ]; then owner="$owner $(tr '\000-\037' ' ' <"/proc/$owner/cmdline" | cut -c 1-200)"; fi
} 2>/dev/null

# The script of an activation is there until it is over and tidied, and that of no other.
is_worked_on() { [ -e "$runtime/host-$nonce.sh" ] && ! lock_is_free; }

print_holder() {
  emit lock.deployer "${deployer:-somebody}"
  emit lock.since "$started"
  emit lock.deployment "$nonce$tab$phase$tab$toplevel$tab$goal"
}

# Prints whose activation holds the lock; false when it is free.
print_locked() {
  tries=50
  until lock_is_free; do
    for script in "$runtime"/host-*.sh; do
      script=${script##*/host-}
      if (is_nonce "${script%.sh}" && use_deploy "${script%.sh}" && load_state && unfinished && print_holder); then return 0; fi
    done
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
      find_owner "$runtime/lock"
      emit lock.deployer somebody
      emit lock.process "$owner"
      return 0
    fi
    # It has just been taken, or is about to be let go.
    sleep 0.1 || sleep 1
  done
  return 1
}

# Prints who is about to begin; false when nobody is.
print_beginning() {
  read_records
  for record in $open; do
    if (use_deploy "$record" && load_state && beginning && print_holder); then return 0; fi
  done
  return 1
}

# Prints who is at work on the host; false when nobody is.
print_busy() {
  if print_locked || print_beginning; then return 0; fi
  # What was about to begin may have taken the lock before its record was read.
  [ -n "$open" ] && print_locked
}

# --- identity ----------------------------------------------------------------------------------------------------

load_identity() {
  load host_ "$library/network" id name node
  # No name is that long.
  if [ "${#host_node}" -gt 63 ]; then host_node='?'; fi
}

# check_identity ID NAME POLICY NODES: NODES are names of one node, the present one first. A record without a node is older
# than those with one.
check_identity() {
  load_identity
  if [ -z "$host_id" ]; then return 0; fi
  if [ "$host_id $host_name" = "$1 $2" ] || [ "$3" = adopt ]; then
    if [ "$host_id" != "$1" ]; then return 0; fi
    case " $4 " in *" ${host_node:-${4%% *}} "*) return 0 ;; esac
    because "this host is the machine of the node \`$host_node\`, not of \`${4%% *}\`; nothing was changed" \
      "check \`target.host\` of both nodes; if \`$host_node\` was renamed, or its machine is to be \`${4%% *}\` from now on, set \`nodes.${4%% *}.formerNames = [ \"$host_node\" ];\`"
  fi
  if [ "$host_id" = "$1" ]; then
    because "two networks share the id $1: this host belongs to the one named \`$host_name\`; nothing was changed" \
      "give each network a \`network.id\` of its own; if this one was renamed, deploy once with --adopt"
  fi
  because "this host belongs to the network \`$host_name\` (id $host_id); nothing was changed" \
    "check \`target.host\`; if the host is to move to this network, add --adopt to \`netlib deploy\`, or \`netlib facts gather\`"
}

# write_identity HOW ID NAME NODES: unless that is what is there.
write_identity() {
  load_identity
  [ "$host_id $host_node $host_name" = "$2 ${4%% *} $3" ] || "$1" "$library/network" printf 'id=%s\nname=%s\nnode=%s\n' "$2" "$3" "${4%% *}"
}

identify() {
  private_folder "$library"
  enter_gate
  check_identity "$@"
  refuse_while_busy
  { write_identity write_text "$1" "$2" "$4" && sync -- "$library"; } ||
    refuse_state "$library" "the host could not write down whose machine it is"
  emit ok "$1"
}
