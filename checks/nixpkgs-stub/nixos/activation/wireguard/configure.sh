# shellcheck shell=bash
# Sets up the interface that run.sh holds: key, port, addresses, peers.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${0%/*}/common.sh"

wait_for_interface() {
    local tries
    for ((tries = 0; tries < 600; tries++)); do
        wg show "$WG_INTERFACE" > /dev/null 2>&1 && return
        sleep 0.1
    done
    fail "the interface did not appear within a minute"
}

make_private_key() {
    [ "$WG_GENERATE_KEY" = 1 ] && [ ! -e "$WG_PRIVATE_KEY_FILE" ] || return 0
    mkdir -p "$(dirname "$WG_PRIVATE_KEY_FILE")"
    (umask 077 && wg genkey > "$WG_PRIVATE_KEY_FILE.new")
    mv "$WG_PRIVATE_KEY_FILE.new" "$WG_PRIVATE_KEY_FILE"
}

set_interface() {
    local -a settings=(private-key "$WG_PRIVATE_KEY_FILE")
    [ -r "$WG_PRIVATE_KEY_FILE" ] || fail "no private key at $WG_PRIVATE_KEY_FILE"
    ! given "$WG_LISTEN_PORT" || settings+=(listen-port "$WG_LISTEN_PORT")
    ! given "$WG_FIREWALL_MARK" || settings+=(fwmark "$WG_FIREWALL_MARK")
    wg set "$WG_INTERFACE" "${settings[@]}" || fail "wg refuses the key, port or mark"
}

set_link() {
    local address
    for address in ${WG_ADDRESSES-}; do
        ip address replace "$address" dev "$WG_INTERFACE" || fail "cannot add the address $address"
    done
    # boringtun's own choice leaves no room for the tunnel's headers; this is the kernel's.
    given "$WG_MTU" || WG_MTU=1420
    ip link set dev "$WG_INTERFACE" mtu "$WG_MTU" || fail "cannot set the MTU to $WG_MTU"
    ip link set dev "$WG_INTERFACE" up
}

wait_for_interface
make_private_key
set_interface
set_link
rm -f "$routes_file"
exec bash "${0%/*}/peers.sh"
