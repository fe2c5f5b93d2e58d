# shellcheck shell=sh disable=SC2154
# The interface has its addresses and peers, and the peers that have to answer do.
peers=/etc/netlib/wireguard/$interface.peers
kept=/run/netlib/wireguard/$interface.kept

unhealthy() {
    echo "$*"
    exit 1
}

shown=$(wg show "$interface" latest-handshakes 2>&1) ||
    unhealthy "the interface $interface is not there: $shown. See: journalctl -u 'wireguard-$interface*' -u systemd-networkd"
for address in $addresses; do
    ip -o address show dev "$interface" | grep -qF " $address " ||
        unhealthy "the interface $interface does not have the address $address"
done

# What the others know of this node. boringtun tells nobody, so the key that it was given counts there.
if [ -e "/etc/netlib/wireguard/$interface.key" ]; then
    read -r expected < "/etc/netlib/wireguard/$interface.key"
    own=$(wg show "$interface" public-key)
    [ "$own" != "(none)" ] || own=$(wg pubkey < "$privateKeyFile")
    [ "$own" = "$expected" ] ||
        unhealthy "the interface $interface has the public key $own, but the others know this node by $expected. Gather its facts and deploy them, or put the private key back in $privateKeyFile"
fi

missing=""
while read -r key name _; do
    printf '%s\n' "$shown" | grep -qF -- "$key" || missing="$missing $name"
done < "$peers"
[ -z "$missing" ] || unhealthy "the interface $interface does not have the peers:$missing"

has_to_answer() {
    case $reach in
        all) true ;;
        kept) grep -qsxF -- "$1" "$kept" ;;
        *) false ;;
    esac
}

answers=$(mktemp -d)
trap 'rm -rf "$answers"' EXIT
while read -r key name address _; do
    if has_to_answer "$key"; then
        { ping -q -c 1 -W 2 -I "$interface" "$address" > /dev/null 2>&1 || echo "$key $name $address" > "$answers/$name"; } &
    fi
done < "$peers"
wait

silent=""
for file in "$answers"/*; do
    [ -e "$file" ] || continue
    read -r key name address < "$file"
    last=$(wg show "$interface" latest-handshakes | grep -F -- "$key" | cut -f 2)
    # The kernel tells when, boringtun how long ago.
    [ "${last:-0}" -lt 1000000000 ] || last=$(($(date +%s) - last))
    since="last handshake $last seconds ago"
    [ "${last:-0}" -gt 0 ] || since="no handshake yet"
    silent="$silent $name ($address, $since)"
done
[ -z "$silent" ] || unhealthy "no answer through $interface from:$silent"
echo "the interface $interface has its addresses and peers, and those that have to answer do"
