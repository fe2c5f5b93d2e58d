#!/bin/sh
# netlib's host side. The driver sends this file over its connection and reads `key=value` lines back.
# Needs sh, coreutils, flock and Nix; uses systemd where it runs. A refusal is a line `refused=CODE`, not an exit status.
#
#   probe [ID NAME POLICY]                           what runs here, whose machine it is, what was left unfinished;
#                                                    with a network: refused unless the host is of that network
#   protect NONCE TOPLEVEL                           keep TOPLEVEL from garbage collection until its deployment ends
#   activate NONCE TOPLEVEL DEPLOYER ID NAME POLICY LIMIT   check, record, start the activation, return at once
#   run NONCE                                        the activation itself (started by `activate` in a unit of its own)
#   status NONCE OFFSET                              how that activation stands, and its log from byte OFFSET on
#   identify ID NAME POLICY                          record which network this host belongs to (POLICY: keep or adopt)
set -u
umask 022
LC_ALL=C
export LC_ALL

# Tests give another root; it is empty everywhere else.
root=${NETLIB_HOST_ROOT:-}
PATH=$root/run/current-system/sw/bin:$root/nix/var/nix/profiles/default/bin:/run/wrappers/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

runtime=$root/run/netlib
library=$root/var/lib/netlib
deploys=$library/deploys
roots=$root/nix/var/nix/gcroots/netlib
profile=$root/nix/var/nix/profiles/system
running=$root/run/current-system
keep_deploys=20
keep_roots_seconds=604800

emit() { printf '%s=%s\n' "$1" "$2"; }
now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
say() { printf 'netlib: %s\n' "$*"; }
resolve() { if [ -e "$1" ]; then readlink -f -- "$1"; fi; }
boot_id() { cat /proc/sys/kernel/random/boot_id 2>/dev/null; }
disk() { df -P -h -- "$1" 2>/dev/null | tail -n 1; }

refuse() {
  emit refused "$1"
  # A deployment that is known may be about to run this very file.
  case $1:$0 in known:*) ;; *:"$runtime"/*) rm -f -- "$0" ;; esac
  exit 0
}

# Content on stdin; the file is either the old one or the whole new one, also after a power loss.
write_file() {
  cat >"$1.new" && sync -- "$1.new" && mv -f -- "$1.new" "$1" && sync -- "${1%/*}"
}

# --- state of one deployment -------------------------------------------------------------------------------------

use_deploy() {
  case $1 in
    '' | *[!A-Za-z0-9-]*)
      echo "bad nonce: $1" >&2
      exit 64
      ;;
  esac
  nonce=$1
  deploy=$deploys/$nonce
  phase='' toplevel='' previous='' profile_before='' deployer='' started='' finished='' status='' message='' limit='' boot=''
}

load_state() {
  [ -f "$deploy/state" ] || return 1
  while IFS= read -r line; do
    value=${line#*=}
    case ${line%%=*} in
      phase) phase=$value ;;
      toplevel) toplevel=$value ;;
      previous) previous=$value ;;
      profile_before) profile_before=$value ;;
      deployer) deployer=$value ;;
      started) started=$value ;;
      finished) finished=$value ;;
      status) status=$value ;;
      message) message=$value ;;
      limit) limit=$value ;;
      boot) boot=$value ;;
    esac
  done <"$deploy/state"
}

print_state() {
  emit phase "$phase"
  emit toplevel "$toplevel"
  emit previous "$previous"
  emit profile_before "$profile_before"
  emit deployer "$deployer"
  emit started "$started"
  emit finished "$finished"
  emit status "$status"
  emit message "$message"
  emit limit "$limit"
  emit boot "$boot"
}

# A full disk must not hide how an activation ended: the space for that was set aside before it began.
save_state() {
  print_state | write_file "$deploy/state" && return 0
  rm -f -- "$deploy/reserve" "$deploy/state.new"
  print_state | write_file "$deploy/state"
}

finish() {
  phase=$1
  finished=$(now)
  say "$phase${message:+: $message}"
  save_state || say "the outcome could not be written to $deploy/state: $(disk "$library")"
}

unfinished() { case $phase in prepared | activating | rollingBack) ;; *) return 1 ;; esac }

# --- lock --------------------------------------------------------------------------------------------------------

# Only an activation holds the lock exclusively; looking takes it shared and for an instant.
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

print_lock() {
  if lock_is_free; then
    emit lock free
  else
    emit lock held
    emit lock.nonce "$(holder nonce)"
    emit lock.deployer "$(holder deployer)"
    emit lock.since "$(holder since)"
  fi
}

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
  check_identity "$1" "$2" "$3"
  if [ "$host_id" != "$1" ] || [ "$host_name" != "$2" ]; then
    { mkdir -p -- "$library" && printf 'id=%s\nname=%s\n' "$1" "$2" | write_file "$library/network"; } || refuse_state
  fi
  emit identified "$1"
}

# --- subcommands -------------------------------------------------------------------------------------------------

probe() {
  read_identity
  nix=$(nix --version 2>/dev/null)
  emit netlib-host 1
  emit current "$(resolve "$running")"
  emit profile "$(resolve "$profile")"
  emit network.id "$host_id"
  emit network.name "$host_name"
  emit nix "${nix##* }"
  emit flock "$(command -v flock)"
  emit boot "$(boot_id)"
  print_lock
  for entry in "$deploys"/*; do
    [ -d "$entry" ] || continue
    use_deploy "${entry##*/}"
    if load_state && unfinished && lock_is_free; then emit unfinished "$nonce $phase $toplevel"; fi
  done
  if [ "$#" -eq 3 ]; then check_identity "$@"; fi
}

refuse_state() {
  emit disk "$(disk "$library")"
  refuse state
}

protect() {
  use_deploy "$1"
  if ! mkdir -p -- "$roots" || ! ln -sfn -- "$2" "$roots/$nonce-next"; then refuse_state; fi
  oldest=$(($(date +%s) - keep_roots_seconds))
  for link in "$roots"/*; do
    if [ -L "$link" ] && [ "$(stat -c %Y -- "$link")" -lt "$oldest" ]; then rm -f -- "$link"; fi
  done
  emit protected "$2"
}

# What an earlier run left unfinished is over once nobody holds the lock any more.
close_interrupted() {
  for entry in "$deploys"/*; do
    if [ ! -f "$entry/state" ] || [ "${entry##*/}" = "$1" ]; then continue; fi
    (
      use_deploy "${entry##*/}"
      if load_state && unfinished; then
        message="interrupted while $phase"
        phase=interrupted
        save_state
      fi
    )
  done
}

record() {
  # Logs may hold more than everybody should read.
  mkdir -p -- "$deploy" && chmod 700 -- "$deploys" && head -c 65536 /dev/zero >"$deploy/reserve" &&
    sync -- "$deploy/reserve" &&
    : >"$deploy/log" &&
    print_state | write_file "$deploy/state" &&
    mkdir -p -- "$roots" && ln -sfn -- "$toplevel" "$roots/$nonce-next" || return 1
  if [ -n "$previous" ]; then ln -sfn -- "$previous" "$roots/$nonce-previous"; fi
}

activate() {
  use_deploy "$1"
  if [ -f "$deploy/state" ]; then refuse known; fi
  [ -x "$2/bin/switch-to-configuration" ] || refuse no-toplevel
  check_identity "$4" "$5" "$6"
  if ! lock_is_free; then
    print_lock
    refuse busy
  fi
  close_interrupted "$nonce"
  toplevel=$(resolve "$2") deployer=$3 limit=$7 phase=prepared started=$(now) boot=$(boot_id)
  profile_before=$(resolve "$profile") previous=$(resolve "$running")
  # Where nothing runs, the system of the next boot is what a failure goes back to.
  if [ -z "$previous" ]; then previous=$profile_before; fi
  if ! record; then
    rm -rf -- "$deploy"
    refuse_state
  fi
  if ! start "$0"; then
    message='the activation could not be started'
    finish failed >>"$deploy/log"
    refuse start
  fi
  emit started "$nonce"
}

# No pipe of ours is held by the unit: losing the connection changes nothing for it.
start() {
  if [ -d "$root/run/systemd/system" ]; then
    systemd-run --quiet --no-block --collect --unit="netlib-$nonce" --description="netlib activation $nonce" \
      --setenv=PATH="$PATH" --setenv=HOME=/root /bin/sh "$1" run "$nonce" </dev/null
  else
    setsid /bin/sh "$1" run "$nonce" </dev/null >/dev/null 2>&1 &
  fi
}

switch_to() {
  # Whatever the switch leaves running must not keep the lock.
  timeout --kill-after=30 "$limit" "$1/bin/switch-to-configuration" "$2" 9>&-
}

run() {
  use_deploy "$1"
  load_state || exit 1
  exec </dev/null >>"$deploy/log" 2>&1
  exec 9>>"$runtime/lock"
  if ! flock -w 10 9; then
    message="$(holder deployer) has been deploying to this host since $(holder since)"
    finish failed
    rm -f -- "$0"
  else
    printf 'nonce=%s\ndeployer=%s\nsince=%s\n' "$nonce" "$deployer" "$(now)" | write_file "$runtime/holder"
    phase=activating
    if save_state; then
      move
    else
      message="nothing was activated: the state could not be written: $(disk "$library")"
      finish failed
    fi
    tidy
    rm -f -- "$0" "$runtime/holder"
  fi
}

move() {
  say "switching from ${previous:-nothing} to $toplevel"
  switch_to "$toplevel" test
  status=$?
  if [ "$status" -eq 124 ]; then
    message="switch-to-configuration test did not end within $limit seconds"
  elif [ "$status" -ne 0 ]; then
    message="switch-to-configuration test exited with status $status"
  elif [ "$(resolve "$running")" != "$toplevel" ]; then
    message="switch-to-configuration test succeeded, but the running system is $(resolve "$running")"
  elif commit; then
    finish confirmed
    return
  fi
  roll_back
}

commit() {
  if ! nix-env -p "$profile" --set "$toplevel" 9>&-; then
    message="the system profile could not be set: $(disk "$root/nix")"
    return 1
  fi
  switch_to "$toplevel" boot
  status=$?
  [ "$status" -eq 0 ] && return 0
  message="switch-to-configuration boot exited with status $status"
  return 1
}

restore_profile() {
  if [ "$(resolve "$profile")" = "$profile_before" ]; then return 0; fi
  if [ -z "$profile_before" ]; then
    rm -f -- "$profile"
    return
  fi
  nix-env -p "$profile" --set "$profile_before" 9>&- && switch_to "$profile_before" boot
}

roll_back() {
  restore_profile || message="$message; the system profile could not be set back"
  if [ -z "$previous" ]; then
    message="$message; there is no earlier system to go back to"
    finish failed
  elif [ "$previous" = "$toplevel" ]; then
    message="$message; this system was running before, so there is nothing to go back to"
    finish failed
  else
    say "$message: going back to $previous"
    phase=rollingBack
    save_state
    switch_to "$previous" test
    back=$?
    if [ "$back" -eq 0 ] && [ "$(resolve "$running")" = "$previous" ]; then
      finish rolledBack
    else
      message="$message; going back to $previous exited with status $back"
      finish rollbackFailed
    fi
  fi
}

tidy() {
  rm -f -- "$deploy/reserve"
  if [ "$phase" != rollbackFailed ]; then rm -f -- "$roots/$nonce-next" "$roots/$nonce-previous"; fi
  set -- "$deploys"/*
  while [ "$#" -gt "$keep_deploys" ]; do
    if [ "$1" != "$deploy" ]; then rm -rf -- "$1"; fi
    shift
  done
}

status() {
  use_deploy "$1"
  if ! load_state; then
    emit phase unknown
  else
    print_state
  fi
  if ! lock_is_free && [ "$(holder nonce)" = "$nonce" ]; then emit running yes; else emit running no; fi
  emit current "$(resolve "$running")"
  emit profile "$(resolve "$profile")"
  emit boot.now "$(boot_id)"
  printf '\n'
  if [ -f "$deploy/log" ]; then tail -c "+$(($2 + 1))" -- "$deploy/log" | head -c 65536; fi
}

subcommand=${1:-}
if [ "$#" -gt 0 ]; then shift; fi
case $subcommand in
  probe | protect | activate | run | status | identify) "$subcommand" "$@" ;;
  *)
    echo "netlib-host: no subcommand '$subcommand'" >&2
    exit 64
    ;;
esac
