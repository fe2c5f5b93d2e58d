# shellcheck shell=bash
# Runs a derivation's build command with errors fatal; Nix sets the variables used here.
set -eu -o pipefail
PATH="${binPath:+$binPath:}$PATH"
export PATH
export HOME=/homeless
umask 0022
# shellcheck disable=SC1090
. "${buildCommandPath:?Nix passes the build command as a file}"
