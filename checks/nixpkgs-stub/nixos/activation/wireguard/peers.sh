# shellcheck shell=bash
# Makes the interface's peers and routes those of the peers file; the others go, unchanged ones keep their sessions.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${0%/*}/common.sh"

family() { case $1 in *:*) echo -6 ;; *) echo -4 ;; esac; }

remove_dropped_peers() {
    local key
    for key in $(wg show "$WG_INTERFACE" peers); do
        cut -f 1 "$WG_PEERS" | grep -qxF -e "$key" || wg set "$WG_INTERFACE" peer "$key" remove
    done
}

set_peer() {
    local key=$1 preshared=$2 endpoint=$3 keepalive=$4 addresses=$5
    local -a settings=(peer "$key")
    if given "$preshared"; then
        [ -r "$preshared" ] || fail "no preshared key at $preshared"
        settings+=(preshared-key "$preshared")
    else
        settings+=(preshared-key /dev/null)
    fi
    ! given "$endpoint" || settings+=(endpoint "$endpoint")
    if given "$keepalive"; then settings+=(persistent-keepalive "$keepalive"); else settings+=(persistent-keepalive off); fi
    if given "$addresses"; then settings+=(allowed-ips "$addresses"); else settings+=(allowed-ips ""); fi
    # boringtun ends itself when a peer that it has is set again.
    [ ! -S "/run/wireguard/$WG_INTERFACE.sock" ] || wg set "$WG_INTERFACE" peer "$key" remove
    wg set "$WG_INTERFACE" "${settings[@]}" && return
    # As on NixOS: a name that does not resolve is looked up again later.
    { [ "$WG_REFRESHES" = 1 ] && given "$endpoint"; } || fail "wg refuses the peer $key${endpoint:+ at $endpoint}"
    echo "wireguard-$WG_INTERFACE: no endpoint $endpoint for the peer $key yet" >&2
    set_peer "$key" "$preshared" - "$keepalive" "$addresses"
}

# Whether an endpoint ($1) is what the wanted one ($2, maybe with a name) stands for now.
is_endpoint() {
    [ "$1" != "$2" ] || return 0
    [ "${1##*:}" = "${2##*:}" ] || return 1
    local address=${1%:*} name=${2%:*}
    address=${address#[} address=${address%]} name=${name#[} name=${name%]}
    getent ahosts "$name" | cut -d ' ' -f 1 | grep -qxF -e "$address"
}

# Whether the running peer needs no change: one that is set again loses its session with boringtun.
peer_is_set() {
    local key=$1 preshared=$2 endpoint=$3 keepalive=$4 addresses=$5 running
    # A refresh looks at endpoints only.
    [ "${WG_REFRESHING-0}" = 1 ] || ! given "$preshared" || return 1
    running=$(wg show "$WG_INTERFACE" dump | tail -n +2 | awk -F '\t' -v key="$key" '$1 == key { print $3 "\t" $2 "\t" $4 "\t" $8 }')
    given "$keepalive" || keepalive=off
    given "$addresses" || addresses="(none)"
    [ "${WG_REFRESHING-0}" = 1 ] || [ "${running#*	}" = "(none)	$addresses	$keepalive" ] || return 1
    ! given "$endpoint" || is_endpoint "${running%%	*}" "$endpoint"
}

set_routes() {
    local wanted route addresses
    wanted=$(mktemp)
    while IFS=$'\t' read -r _ _ _ _ addresses; do
        given "$addresses" || continue
        printf '%s\n' "${addresses//,/$'\n'}"
    done < "$WG_PEERS" | sort -u > "$wanted"
    if [ -e "$routes_file" ]; then
        while read -r route; do
            grep -qxF -e "$route" "$wanted" ||
                ip "$(family "$route")" route delete "$route" dev "$WG_INTERFACE" table "$WG_TABLE" 2> /dev/null || true
        done < "$routes_file"
    fi
    local -a metric=()
    ! given "$WG_METRIC" || metric=(metric "$WG_METRIC")
    while read -r route; do
        ip "$(family "$route")" route replace "$route" dev "$WG_INTERFACE" table "$WG_TABLE" ${metric[@]+"${metric[@]}"} ||
            fail "cannot add the route $route"
    done < "$wanted"
    mkdir -p "${routes_file%/*}"
    cat "$wanted" > "$routes_file"
    rm -f "$wanted"
}

remove_dropped_peers
while IFS=$'\t' read -r key preshared endpoint keepalive addresses; do
    peer_is_set "$key" "$preshared" "$endpoint" "$keepalive" "$addresses" ||
        set_peer "$key" "$preshared" "$endpoint" "$keepalive" "$addresses"
done < "$WG_PEERS"
[ "$WG_ROUTES" = 0 ] || set_routes
