# shellcheck shell=bash
# The commit that a node runs, who deployed it and since when: as the node wrote it down when that was confirmed.
about=/var/lib/netlib/deployment
profile=$(readlink -f /nix/var/nix/profiles/system || :)
value() { sed -n "s/^$1=//p" "$about"; }
if [ ! -r "$about" ]; then
  echo 'none yet'
elif [ "$(value system)" != "${profile##*/}" ]; then
  echo 'not known: the system was not deployed by netlib'
else
  printf '%.10s %s (%s, since %s)\n' "$(value commit)" "$(value subject)" "$(value who)" "$(value since)"
fi
