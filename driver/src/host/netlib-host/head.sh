#!/bin/sh
# shellcheck disable=SC2034
# netlib's host side: the files of this directory, one after another (see script.rs). The driver sends it over its
# connection and reads `key=value` lines back. A refusal is a line `refused=CODE`, not an exit status.
# Needs sh, coreutils, util-linux (flock, setsid) and Nix; uses systemd where it runs.
#
#   probe [ID NAME POLICY]       what runs here, whose machine it is, what was left unfinished;
#                                with a network: refused unless the host is of that network
#   generations                  the generations of the system profile
#   fields                       what the running system adds for `netlib status`
#   protect NONCE TOPLEVEL       keep TOPLEVEL from garbage collection until its deployment ends; say whether it is here
#   release NONCE…               keep no longer what these wanted to deploy: they ended before the host took it up
#   keep NONCE PATH              the same for a day at least: programs that checks run
#   activate NONCE KEY=VALUE…    check, record, start the activation of `toplevel`, return at once
#   rollback NONCE KEY=VALUE…    the same for a generation of the profile: `generation=N`, or the one before; with
#                                `undo=NONCE` what ran before that deployment, by the host's own record
#   work NONCE                   the activation itself, or what brings one to its end that was killed (started by `activate`,
#                                and again until it is over)
#   watch NONCE                  `work` if nobody is at work on it any more
#   confirm NONCE                the host can be reached: asked for over a connection made for this question
#   status NONCE OFFSET [TOLD SECONDS]
#                                how that activation stands, and its log from byte OFFSET on; its end counts as seen.
#                                With SECONDS: once there is something to tell, or when they are over
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
# Tests give another root; it is empty everywhere else.
root=${NETLIB_HOST_ROOT:-}
export LC_ALL=C PATH="$root/run/current-system/sw/bin:$root/nix/var/nix/profiles/default/bin:/run/wrappers/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

runtime=$root/run/netlib library=$root/var/lib/netlib
deploys=$library/deploys roots=$root/nix/var/nix/gcroots/netlib
profile=$root/nix/var/nix/profiles/system running=$root/run/current-system booted=$root/run/booted-system
keep_deploys=20 keep_roots_seconds=604800 keep_programs_seconds=86400
# How long a recorded activation may take to begin, in seconds: later it never does.
begin_seconds=60

# Functions that look something up set a variable: one that prints it costs a process each time.

emit() { printf '%s=%s\n' "$1" "$2"; }
now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
say() { printf 'netlib: %s\n' "$*"; }
has_systemd() { [ -d "$root/run/systemd/system" ]; }
is_nonce() { case $1 in '' | *[!A-Za-z0-9-]*) return 1 ;; esac }
is_number() { case $1 in '' | *[!0-9]*) return 1 ;; esac }

misused() {
  echo "netlib-host: $*" >&2
  exit 64
}

# Sets `found` to the folder that a path leads to; to nothing where it leads nowhere.
resolve() {
  found=''
  if cd -P -- "$1"; then found=$PWD; fi
  cd /
} 2>/dev/null

look_at_systems() {
  resolve "$running"
  now_running=$found
  resolve "$profile"
  now_profile=$found
}

# Deadlines are counted by this: the wall clock may jump.
read_uptime() {
  read -r uptime idle </proc/uptime
  uptime=${uptime%%.*}
}

# Sets `field` to field N, counted from the state, of a process's line as /proc/PID/stat has it; the name before may hold
# anything.
read_stat() {
  line='' field='' skipped=$2
  read -r line <"$1"
  # shellcheck disable=SC2086
  set -- ${line##*) }
  # Shifting more than there is would end the shell.
  if [ "$#" -gt "$skipped" ] && shift "$skipped"; then field=$1; fi
} 2>/dev/null

# A container shares the kernel's id with its machine; when its first process began tells its own boots apart.
read_boot() {
  read_stat /proc/1/stat 19
  read -r this_boot </proc/sys/kernel/random/boot_id
  this_boot=$this_boot-$field
}

# load PREFIX FILE FIELD…: sets PREFIX_FIELD to what the file says of it, or to nothing.
load() {
  prefix=$1 file=$2
  shift 2
  for field in "$@"; do eval "$prefix$field=''"; done
  [ -f "$file" ] || return 1
  while IFS= read -r line; do
    field=${line%%=*} value=${line#*=}
    case $field in
      '' | *[!a-z_]*) continue ;;
      # Arithmetic with what is no number would end the shell.
      number | until | timeout | confirm | healthy | health_deadline) is_number "$value" || continue ;;
      started_uptime) is_number "${value#-}" || continue ;;
    esac
    case " $* " in *" $field "*) eval "$prefix$field=\$value" ;; esac
  done <"$file"
}

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

# refuse_state [PATH [CODE]]: what could not be written is there.
refuse_state() {
  emit disk "$(disk "${1:-$library}")"
  refuse "${2:-state}"
}

# A folder of root's alone. A link, or what somebody else owns, is not used.
private_folder() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then
    { (umask 022 && mkdir -p -- "${1%/*}") && mkdir -- "$1"; } || [ -d "$1" ] || refuse_state "${1%/*}"
  fi
  if [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; then return 0; fi
  emit folder "$1"
  emit folder.is "$(stat -c '%F of %U, mode %a' -- "$1")"
  refuse folder
}

# write_text FILE TEXT: the file is either the old one or the whole new one, also after a power loss. No pipe: what is
# killed in the middle must not leave the half of it.
write_text() {
  if printf '%s\n' "$2" >"$1.new" && sync -- "$1.new" && mv -f -- "$1.new" "$1" && sync -- "${1%/*}"; then return 0; fi
  rm -f -- "$1.new"
  return 1
}

# A redirection that fails ends the shell with `:` and with `exec`; not with these.
make_empty() { printf '' >"$1"; }
