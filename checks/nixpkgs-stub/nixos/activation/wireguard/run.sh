# shellcheck shell=bash
# Holds the interface: the kernel's own where it knows WireGuard, otherwise boringtun as this very process.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${0%/*}/common.sh"

command -v wg > /dev/null || fail "no wg on this host; install wireguard-tools"
ip link delete dev "$WG_INTERFACE" 2> /dev/null || true
modprobe wireguard 2> /dev/null || true

if reason=$(ip link add dev "$WG_INTERFACE" type wireguard 2>&1); then
    # Nothing to supervise, but the service has to be one that runs, as in the other case.
    exec sleep infinity
fi

command -v boringtun-cli > /dev/null ||
    fail "the kernel has no WireGuard ($reason) and there is no boringtun-cli on this host"
[ -c /dev/net/tun ] || fail "the kernel has no WireGuard ($reason) and boringtun needs /dev/net/tun"
rm -f "/run/wireguard/$WG_INTERFACE.sock"
exec boringtun-cli --foreground --disable-drop-privileges --threads 1 "$WG_INTERFACE"
