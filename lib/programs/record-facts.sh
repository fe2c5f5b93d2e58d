# shellcheck shell=sh disable=SC2154
# What the script made by record-facts.nix calls; each file is replaced as a whole or not at all.
umask 022
say() { printf '%s\n' "$1" >&3; }
write() {
  mkdir -p -- "${1%/*}"
  # Whoever was killed at this left a half of it.
  for left in "$1".*[0-9]; do kill -0 "${left##*.}" 2>/dev/null || rm -f -- "$left"; done
  printf '%s\n' "$2" >"$1.$$"
  sync -- "$1.$$"
  mv -f -- "$1.$$" "$1"
}
is_unknown_to_git() { [ -n "$(git -C "$1" ls-files --others -- facts 2>/dev/null)" ]; }
if ! script=$(nix --extra-experimental-features nix-command --offline eval --impure --raw --file "$expression"); then
  say '{"problem":"a file of facts beside the flake is not valid JSON; correct the one that is named above, or remove it and gather again"}'
  exit 1
fi
eval "$script"
