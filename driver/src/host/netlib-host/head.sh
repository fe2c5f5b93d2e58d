#!/bin/sh
# shellcheck disable=SC2034
# netlib's host side: the files of this directory, one after another (see script.rs). The driver sends it over its
# connection and reads `key=value` lines back. A refusal is a line `refused=CODE`, not an exit status.
# Needs sh, coreutils, util-linux (flock, setsid) and Nix; uses systemd where it runs.
#
#   probe [ID NAME POLICY]       what runs here, whose machine it is, what was left unfinished;
#                                with a network: refused unless the host is of that network
#   generations                  the generations of the system profile
#   protect NONCE TOPLEVEL       keep TOPLEVEL from garbage collection until its deployment ends
#   keep NONCE PATH              keep PATH for a week, or until the next deployment keeps another one
#   activate NONCE KEY=VALUE…    check, record, start the activation of `toplevel`, return at once
#   rollback NONCE KEY=VALUE…    the same for a generation of the profile: `generation=N`, or the one before; with
#                                `undo=NONCE` what ran before that deployment, by the host's own record
#   run NONCE, recover NONCE     the activation itself, and what goes back when that was killed (started by `activate`)
#   confirm NONCE                the host can be reached: asked for over a connection made for this question
#   status NONCE OFFSET          how that activation stands, and its log from byte OFFSET on; its end counts as seen
#   jobs                         what systemd is working on
#   identify ID NAME POLICY      record which network this host belongs to (POLICY: keep or adopt)
#   check MODE SECONDS DEADLINE CHECK…
#                                whether all these checks are healthy for so many seconds (see health.sh)
#   lease NONCE take|renew|free …
#                                who rolls this host out (see rollout.sh)
#   rollout-read, rollout-write, rollout-approve
#                                what the coordinator of a rollout keeps
#   reboot-needed TOPLEVEL       which parts of the booted system differ from those of TOPLEVEL
#   reboot TOPLEVEL              restart the host, which is to boot TOPLEVEL
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
booted=$root/run/booted-system
keep_deploys=20
keep_roots_seconds=604800
# How long a recorded activation may take to begin, in seconds: later it never does.
begin_seconds=60

emit() { printf '%s=%s\n' "$1" "$2"; }
now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
say() { printf 'netlib: %s\n' "$*"; }
resolve() { if [ -e "$1" ]; then readlink -f -- "$1"; fi; }
disk() { df -P -h -- "$1" 2>/dev/null | tail -n 1; }
has_systemd() { [ -d "$root/run/systemd/system" ]; }

# Deadlines are counted by this: the wall clock may jump.
uptime_seconds() {
  read -r uptime_now uptime_idle </proc/uptime
  printf '%s\n' "${uptime_now%%.*}"
}

# Field N of /proc/PID/stat, counted from the process state; the name before it may hold anything.
process_field() {
  read -r stat_line <"/proc/$1/stat" || return 1
  shift_by=$2
  # shellcheck disable=SC2086
  set -- ${stat_line##*) }
  shift "$shift_by"
  printf '%s\n' "$1"
}

# A container shares the kernel's id with its machine; when its first process began tells its own boots apart.
boot_id() { printf '%s-%s\n' "$(cat /proc/sys/kernel/random/boot_id)" "$(process_field 1 19)"; } 2>/dev/null

refuse() {
  emit refused "$1"
  # A deployment that is known may be about to run this very file.
  case $1:$0 in known:*) ;; *:"$runtime"/*) rm -f -- "$0" ;; esac
  exit 0
}

refuse_state() {
  emit disk "$(disk "$library")"
  refuse state
}

# Content on stdin; the file is either the old one or the whole new one, also after a power loss.
write_file() {
  cat >"$1.new" && sync -- "$1.new" && mv -f -- "$1.new" "$1" && sync -- "${1%/*}"
}
