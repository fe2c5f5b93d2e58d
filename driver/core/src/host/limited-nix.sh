#!/bin/sh
# Nix with at most 4 GiB of memory. The first place on PATH is this script's own, where Nix finds its `ssh`.
# shellcheck disable=SC3045 # Every sh has it, and POSIX since 2024.
ulimit -d 4194304
nix=$(PATH=${PATH#*:} && command -v nix) || exit 127
exec "$nix" "$@"
