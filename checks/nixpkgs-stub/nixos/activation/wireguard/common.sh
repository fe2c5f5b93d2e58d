# shellcheck shell=bash
# Shared by the scripts of a WireGuard service; the settings come as variables of its unit.
set -eu -o pipefail
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
: "${WG_INTERFACE:?}"
# shellcheck disable=SC2034
routes_file=/run/netlib-stub/wireguard/$WG_INTERFACE.routes

# Whether a setting is given: a dash stands for none.
given() { [ "$1" != - ] && [ -n "$1" ]; }

fail() {
    echo "wireguard-$WG_INTERFACE: $*" >&2
    exit 1
}
