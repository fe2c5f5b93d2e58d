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
    about=${line#* }
    while read -r other rest; do
        # With another key it has to answer only if it gets that at the same time.
        case $other:$rest in
            "$key:${about% *} "* | *":${about% *} together") printf '%s\n' "$other" >> "$kept" ;;
        esac
    done < "$1"
done
