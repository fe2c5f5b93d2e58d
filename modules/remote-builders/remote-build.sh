# shellcheck shell=bash
# shellcheck disable=SC2154 # instance
# Builds on a builder that trusts nobody: it is sent derivations, which it builds itself, and never results of others.
# Before it stand `instance` and the function `builder`, which sets `store` and `NIX_SSHOPTS` for a name.

usage() {
  cat >&2 <<TEXT
usage: remote-build-$instance BUILDER INSTALLABLE…
Builds what \`nix build INSTALLABLE…\` would, with all that it needs, on the builder, and copies the results here.
TEXT
  exit 2
}

[ $# -ge 2 ] || usage
[ "$(id -u)" = 0 ] || { echo "remote-build-$instance: only root can read the key that opens the builder" >&2 && exit 1; }
builder "$1"
shift
export NIX_SSHOPTS
nix=(nix --extra-experimental-features "nix-command flakes")
"${nix[@]}" build --no-link --print-out-paths --eval-store auto --store "$store" "$@" | {
  mapfile -t paths
  [ "${#paths[@]}" -gt 0 ] || exit 1
  # Whoever builds for this machine is trusted by it.
  "${nix[@]}" copy --no-check-sigs --from "$store" "${paths[@]}"
  printf '%s\n' "${paths[@]}"
}
