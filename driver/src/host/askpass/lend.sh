#!/bin/sh
# Runs as the login user. Line one of its input is the password; says which program starts nix-daemon as root with it,
# and takes both away when its input ends or after SECONDS.
#   lend.sh SECONDS
set -u
umask 077
IFS= read -r password || exit 1
folder=
trap 'if [ -n "$folder" ]; then rm -rf -- "$folder"; fi' EXIT
trap 'exit 1' HUP INT TERM PIPE
for parent in "${XDG_RUNTIME_DIR:-}" "/run/user/$(id -u)" /dev/shm; do
  # Never on a disk.
  if [ -z "$parent" ] || [ "$(stat -f -c %T -- "$parent" 2>/dev/null)" != tmpfs ]; then continue; fi
  folder=$(mktemp -d -- "$parent/netlib-XXXXXXXXXX") || continue
  # shellcheck disable=SC2016
  printf '%s\n' '#!/bin/sh' 'exec cat -- "${0%/*}/password"' >"$folder/askpass"
  # shellcheck disable=SC2016
  printf '%s\n' '#!/bin/sh' 'SUDO_ASKPASS=${0%/*}/askpass' 'export SUDO_ASKPASS' \
    'exec sudo -A -p "" -- nix-daemon "$@"' >"$folder/nix-daemon"
  chmod 0700 "$folder/askpass" "$folder/nix-daemon"
  # Programs may be forbidden there: then the next place is tried.
  : >"$folder/password"
  if "$folder/askpass"; then
    printf '%s\n' "$password" >"$folder/password"
    printf '%s\n' "$folder/nix-daemon"
    timeout "$1" cat >/dev/null
    exit 0
  fi
  rm -rf -- "$folder"
  folder=
done
echo 'no folder in memory where programs may run: tried XDG_RUNTIME_DIR, /run/user and /dev/shm' >&2
exit 1
