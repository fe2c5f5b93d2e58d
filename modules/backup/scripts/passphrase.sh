# shellcheck shell=sh disable=SC2154
# Makes the passphrase of the repository when it is missing. It never leaves the client in clear.
mkdir -p "$directory"
chmod 0700 "$directory"
if [ ! -s "$directory/passphrase" ]; then
    fresh=$(mktemp "$directory/.passphrase.XXXXXX")
    head -c 32 /dev/urandom | base64 -w 0 > "$fresh"
    chmod 0400 "$fresh"
    # A link appears whole, and loses against a passphrase that came first.
    ln "$fresh" "$directory/passphrase" 2> /dev/null || [ -s "$directory/passphrase" ]
    rm -f "$fresh"
fi
