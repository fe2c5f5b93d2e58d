# shellcheck shell=bash
# Restores the marker from the newest archive and compares it with what a backup of this client must hold.
# Set by the unit: $passphrase and $marker (files), $server (a node), borg's repository in its environment.
: "${passphrase:?}" "${marker:?}" "${server:?}"

fail() {
    echo "$1" >&2
    exit 1
}

archives=$(borg list --short) || fail "cannot list the backups on $server: see borg's words above"
# Unfinished archives carry this suffix.
newest=$(grep -v '\.failed$' <<< "$archives" | tail -n 1)
[ -n "$newest" ] || fail "there is no finished backup on $server yet"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit
borg extract "::$newest" "${marker#/}" || fail "cannot restore $marker from $newest on $server"
read -r written seal < "$work$marker" || fail "$marker in $newest on $server is empty"
expected=$({ printf %s "$written"; cat "$passphrase"; } | sha256sum | cut -d ' ' -f 1)
[ "$seal" = "$expected" ] || fail "$marker in $newest on $server is not what this client backed up"
echo "restored $marker, written $(date --date="@$written" '+%F %T'), from $newest on $server"
