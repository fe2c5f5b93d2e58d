# shellcheck shell=bash disable=SC2154
# Writes down which peers of the new system ($1: its list) have a live tunnel now, under the settings that they keep.
kept=/run/netlib/wireguard/$interface.kept
old=/run/current-system/etc/netlib/wireguard/$interface.peers
mkdir -p "${kept%/*}"
: > "$kept"
[ -e "$old" ] && [ -e "$1" ] || exit 0
now=$(date +%s)
wg show "$interface" latest-handshakes 2> /dev/null | while read -r key last; do
    [ "$last" -gt 0 ] || continue
    # The kernel tells when, boringtun how long ago.
    [ "$last" -lt 1000000000 ] || last=$((now - last))
    # A session ends three minutes after its handshake.
    [ "$last" -le 180 ] || continue
    line=$(grep -F -- "$key " "$old") || continue
    ! grep -qxF -- "$line" "$1" || printf '%s\n' "$key" >> "$kept"
done
