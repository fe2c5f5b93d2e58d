#!/bin/sh
# shellcheck disable=SC2034
# What the host script and the loop of checks share.
set -u
# What netlib writes is root's alone from the first moment on.
umask 077
# Tests give another root; it is empty everywhere else.
root=${NETLIB_HOST_ROOT:-}
export LC_ALL=C PATH="$root/run/current-system/sw/bin:$root/nix/var/nix/profiles/default/bin:/run/wrappers/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
runtime=$root/run/netlib library=$root/var/lib/netlib
# Between the words of one answer.
tab='	'

# Functions that look something up set a variable: one that prints it costs a process each time.

emit() { printf '%s=%s\n' "$1" "$2"; }
say() { printf 'netlib: %s\n' "$*"; }
is_number() { case $1 in '' | *[!0-9]*) return 1 ;; esac }

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

refuse() { emit refused "$1"; exit 0; }

# The file system of a path, as `df` shows it; a mount that hangs is left alone.
disk() {
  space=$(timeout 5 df -P -h -- "$1" 2>/dev/null | tail -n 1)
  case $(timeout 5 df -P -i -- "$1" 2>/dev/null | tail -n 1) in *' 0 '*' 100% '*) space="$space (all its inodes are used)" ;; esac
  printf '%s\n' "$space"
}

# because WHY [WHAT TO DO [CODE]]: refused for a reason that people read; the driver looks only at the code.
because() {
  emit why "$1"
  emit help "${2:-}"
  refuse "${3:-because}"
}

# refuse_state [PATH [WHY]]: what could not be written is there.
refuse_state() {
  emit disk "$(disk "${1:-$library}")"
  because "${2:-the host could not write down its state; nothing was activated}" \
    "make room there, for example with \`nix-collect-garbage -d\`, then deploy again"
}

# A folder of root's alone. A link, or what somebody else owns, is not used.
private_folder() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then
    { (umask 022 && mkdir -p -- "${1%/*}") && mkdir -- "$1"; } || [ -d "$1" ] || refuse_state "${1%/*}"
  fi
  if [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; then return 0; fi
  because "$1 has to be a folder of root's alone, and is: $(stat -c '%F of %U, mode %a' -- "$1"); nothing was changed" \
    "move it away there, then deploy again"
}

# tidy_of_processes PREFIX…: what is named after processes that are gone.
tidy_of_processes() {
  for prefix in "$@"; do
    for left in "$prefix"*; do
      worker=${left#"$prefix"} worker=${worker%%.*}
      if is_number "$worker" && [ ! -d "/proc/$worker" ] && [ -O "$left" ]; then rm -rf -- "$left"; fi
    done
  done
}
