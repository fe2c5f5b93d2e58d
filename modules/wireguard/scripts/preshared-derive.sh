# shellcheck shell=sh disable=SC2154
# Shared by the scripts of preshared keys; "directory" is set.

# Says what is wrong, with openssl's own words when it is too old.
stop() {
    echo "preshared keys in $directory: $*" >&2
    exit 1
}

# A value from a label ($1), the context ($2) and the file of the shared secret ($3), as a raw SHA-256.
# The secret goes through a pipe: it is in no argument list and no environment.
derive() {
    { printf '%s\n%s\n' "netlib wireguard $1 v1" "$2" && cat "$3"; } | openssl dgst -sha256 -binary
}

hexadecimal() { od -An -v -tx1 | tr -d ' \n'; }

# The first 16 digits of the SHA-256 of a text ($1).
short_hash() { printf %s "$1" | sha256sum | cut -c 1-16; }

mkdir -p "$directory"
chmod 0700 "$directory"
work=$(mktemp -d "$directory/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
