# shellcheck shell=bash
# Looks up the peers' endpoints again and again, for names whose address changes. $1: seconds between.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${0%/*}/common.sh"

while sleep "$1"; do
    while IFS=$'\t' read -r key _ endpoint _; do
        ! given "$endpoint" || wg set "$WG_INTERFACE" peer "$key" endpoint "$endpoint" ||
            echo "the endpoint $endpoint of $key is not set" >&2
    done < "$WG_PEERS"
done
