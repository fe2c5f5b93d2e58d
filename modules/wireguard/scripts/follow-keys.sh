# shellcheck shell=bash disable=SC2154
# Peers that are there with two keys, one a line of `pairs`: the one in use, the next one, an address to ask, all addresses, and the file of
# the preshared key. The addresses are with the key under which the peer called last; where it is silent, the other one is tried.
# A peer is set anew to move them, as not all WireGuards change one.
set +e
declare -A chosen=() since=() silent=() received=()

# value_of LIST KEY FIELD: of what `wg show` lists.
value_of() { wg show "$interface" "$1" 2> /dev/null | grep -F -- "$2" | cut -f "$3"; }

# last KEY: when the last handshake was. The kernel tells when, boringtun how long ago.
last() {
    local at
    at=$(value_of latest-handshakes "$1" 2)
    [ "${at:-0}" -eq 0 ] || [ "$at" -gt 1000000000 ] || at=$((now - at))
    echo "${at:-0}"
}

# put KEY ADDRESSES
put() {
    local endpoint
    endpoint=$(value_of endpoints "$1" 2)
    local -a settings=(peer "$1" preshared-key "$preshared" persistent-keepalive 5 allowed-ips "$2")
    [ "${endpoint:-(none)}" = "(none)" ] || settings+=(endpoint "$endpoint")
    wg set "$interface" peer "$1" remove
    wg set "$interface" "${settings[@]}"
}

has_addresses() { value_of allowed-ips "$1" 2 | grep -qF -- "${addresses%%,*}"; }

# Whether anything comes from the peer.
is_heard() {
    local before=${received[$inuse]-} got
    got=$(value_of transfer "$with" 2)
    received[$inuse]=$got
    if [ -n "$before" ] && [ "${got:-0}" -gt "$before" ]; then return 0; fi
    ping -q -c 1 -W 2 -I "$interface" "$ask" > /dev/null 2>&1
}

# follow REASON: the addresses go to the other key.
follow() {
    echo "$interface: $ask goes from the key $with to $other: $1"
    put "$with" ""
    put "$other" "$addresses"
    chosen[$inuse]=$other since[$inuse]=$now silent[$inuse]=0 received[$inuse]=
}

while sleep 2; do
    wg show "$interface" > /dev/null 2>&1 || continue
    while read -r inuse next ask addresses preshared; do
        now=$(date +%s)
        # Somebody may have begun this before.
        if [ -z "${chosen[$inuse]-}" ]; then if has_addresses "$next"; then chosen[$inuse]=$next; else chosen[$inuse]=$inuse; fi; fi
        with=${chosen[$inuse]}
        if [ "$with" = "$next" ]; then other=$inuse; else other=$next; fi
        called=$(last "$other")
        if [ "$called" -gt "${since[$inuse]-0}" ] && [ "$called" -gt "$(last "$with")" ]; then
            follow "it called under that"
        elif is_heard; then
            silent[$inuse]=0
        elif [ "$((silent[$inuse] += 1))" -ge 4 ]; then
            follow "it does not answer"
        fi
        has_addresses "${chosen[$inuse]}" || put "${chosen[$inuse]}" "$addresses"
    done <<< "${pairs%$'\n'}"
done
