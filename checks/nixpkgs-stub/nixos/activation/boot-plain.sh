# shellcheck shell=bash
# At boot of a host that has no system: removes what an activation that was never committed has placed.
# shellcheck source-path=SCRIPTDIR disable=SC2154
set -u

library=${BASH_SOURCE[0]%/*}
for part in state etc blocks accounts units; do
    # shellcheck disable=SC1090
    . "$library/$part.sh"
done

[ -e "$stub_etc_manifest" ] || exit 0
nothing=$(mktemp -d /run/netlib-stub/nothing.XXXXXX)
mkdir -p "$nothing/netlib-stub" "$nothing/etc"
for list in etc-files blocks accounts units; do
    : > "$nothing/netlib-stub/$list"
done
echo "no system profile: taking away what was placed without being committed"
status=0
stub_place_etc "$nothing" || status=1
stub_place_blocks "$nothing" || status=1
stub_apply_accounts "$nothing" || status=1
rm -f /etc/static
exit "$status"
