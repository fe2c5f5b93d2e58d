# shellcheck shell=bash
# Looks up the peers' endpoints again and again, for names whose address changes. $1: seconds between.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${0%/*}/common.sh"

while sleep "$1"; do
    WG_REFRESHING=1 bash "${0%/*}/peers.sh" || echo "the endpoints of $WG_INTERFACE are not all set" >&2
done
