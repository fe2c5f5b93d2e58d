#!/bin/sh
# shellcheck disable=SC2034
# netlib's host side: the files of this directory, one after another (see script.rs). The driver sends it over its
# connection and reads `key=value` lines back. A refusal is a line `refused=CODE`, not an exit status.
# Needs sh, coreutils, util-linux (flock, setsid) and Nix; uses systemd where it runs.
#
#   probe [ID NAME POLICY]       what runs here, whose machine it is, what was left unfinished;
#                                with a network: refused unless the host is of that network
#   generations                  the generations of the system profile
#   protect NONCE TOPLEVEL       keep TOPLEVEL from garbage collection until its deployment ends; say whether it is here
#   release NONCE…               keep no longer what these wanted to deploy: they ended before the host took it up
#   keep NONCE PATH              the same for a day at least: programs that checks run
#   activate NONCE KEY=VALUE…    check, record, start the activation of `toplevel`, return at once
#   rollback NONCE KEY=VALUE…    the same for a generation of the profile: `generation=N`, or the one before; with
#                                `undo=NONCE` what ran before that deployment, by the host's own record
#   run NONCE, recover NONCE     the activation itself, and what goes back when that was killed (started by `activate`)
#   watch NONCE                  `recover` if neither of them is at work any more (started again and again by a timer)
#   confirm NONCE                the host can be reached: asked for over a connection made for this question
#   status NONCE OFFSET          how that activation stands, and its log from byte OFFSET on; its end counts as seen
#   jobs                         what systemd is working on
#   identify ID NAME POLICY      record which network a host without anything to activate belongs to (POLICY: keep or
#                                adopt); otherwise the activation does
#   check MODE SECONDS DEADLINE CHECK…
#                                whether all these checks are healthy for so many seconds (see health.sh)
#   lease NONCE take|renew|free …
#                                who rolls this host out (see rollout.sh)
#   rollout-read, rollout-write, rollout-approve
#                                what the coordinator of a rollout keeps
#   reboot-needed TOPLEVEL       which parts of the booted system differ from those of TOPLEVEL
#   reboot TOPLEVEL              restart the host, which is to boot TOPLEVEL
set -u
# What netlib writes is root's alone from the first moment on.
umask 077
LC_ALL=C
export LC_ALL

# Tests give another root; it is empty everywhere else.
root=${NETLIB_HOST_ROOT:-}
PATH=$root/run/current-system/sw/bin:$root/nix/var/nix/profiles/default/bin:/run/wrappers/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

me=$(id -u)
runtime=$root/run/netlib
library=$root/var/lib/netlib
deploys=$library/deploys
roots=$root/nix/var/nix/gcroots/netlib
profile=$root/nix/var/nix/profiles/system
running=$root/run/current-system
booted=$root/run/booted-system
keep_deploys=20
keep_roots_seconds=604800
keep_programs_seconds=86400
# How long a recorded activation may take to begin, in seconds: later it never does.
begin_seconds=60

emit() { printf '%s=%s\n' "$1" "$2"; }
now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
say() { printf 'netlib: %s\n' "$*"; }
resolve() { if [ -e "$1" ]; then readlink -f -- "$1"; fi; }
has_systemd() { [ -d "$root/run/systemd/system" ]; }

# Deadlines are counted by this: the wall clock may jump.
uptime_seconds() {
  read -r uptime_now uptime_idle </proc/uptime
  printf '%s\n' "${uptime_now%%.*}"
}

# Field N of a process's line in /proc/PID/stat, counted from its state; the name before it may hold anything.
stat_field() {
  shift_by=$2
  # shellcheck disable=SC2086
  set -- ${1##*) }
  shift "$shift_by"
  printf '%s\n' "$1"
}

process_field() {
  read -r stat_line <"/proc/$1/stat" || return 1
  stat_field "$stat_line" "$2"
}

# A container shares the kernel's id with its machine; when its first process began tells its own boots apart.
boot_id() { printf '%s-%s\n' "$(cat /proc/sys/kernel/random/boot_id)" "$(process_field 1 19)"; } 2>/dev/null

# What is refused leaves no root behind; set by those who have one to lose.
forsaken=''

refuse() {
  emit refused "$1"
  if [ -n "$forsaken" ] && [ "$1" != known ]; then rm -f -- "$forsaken"; fi
  exit 0
}

# The file system of a path, as `df` shows it.
disk() {
  space=$(df -P -h -- "$1" 2>/dev/null | tail -n 1)
  # shellcheck disable=SC2046
  set -- $(df -P -i -- "$1" 2>/dev/null | tail -n 1)
  if [ "${2:-0}" != 0 ] && [ "${4:-}" = 0 ]; then space="$space (all its $2 inodes are used)"; fi
  printf '%s\n' "$space"
}

# refuse_state [PATH]: what could not be written is there.
refuse_state() {
  emit disk "$(disk "${1:-$library}")"
  refuse state
}

# A folder of root's alone, made so at once. A link, or what somebody else owns, is not used.
private_folder() {
  case $(stat -c '%F %u %a' -- "$1" 2>/dev/null) in
    "directory $me 700") return 0 ;;
    "directory $me "*) chmod 700 -- "$1" || refuse_state "$1" ;;
    '') (umask 022 && mkdir -p -- "${1%/*}") && mkdir -- "$1" || [ -d "$1" ] || refuse_state "${1%/*}" ;;
  esac
  case $(stat -c '%F %u %a' -- "$1") in
    "directory $me 700") ;;
    *)
      emit folder "$1"
      emit folder.is "$(stat -c '%F of %U, mode %a' -- "$1")"
      refuse folder
      ;;
  esac
}

# write_text FILE TEXT: the file is either the old one or the whole new one, also after a power loss. No pipe: what is
# killed in the middle must not leave the half of it.
write_text() {
  if printf '%s\n' "$2" >"$1.new" && sync -- "$1.new" && mv -f -- "$1.new" "$1"; then sync -- "${1%/*}"; else
    rm -f -- "$1.new"
    return 1
  fi
}

# The same with the text on stdin.
write_file() { write_text "$1" "$(cat)"; }

# A redirection that fails ends the shell with `:` and with `exec`; not with these.
make_empty() { printf '' >"$1"; }
