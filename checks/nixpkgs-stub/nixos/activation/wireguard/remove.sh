# shellcheck shell=bash
# Takes the interface away, whoever made it; its routes go with it.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${0%/*}/common.sh"

ip link delete dev "$WG_INTERFACE" 2> /dev/null || true
rm -f "/run/wireguard/$WG_INTERFACE.sock" "$routes_file"
