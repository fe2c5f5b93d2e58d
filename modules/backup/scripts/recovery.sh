# shellcheck shell=sh disable=SC2154
# Prints the passphrase encrypted to the recipients, the same as long as these are.
record=$directory/recovery
for_keys=$(printf %s "$recipients" | cat - "$directory/passphrase" | sha256sum | cut -c 1-32)
if [ -s "$record" ]; then
    read -r known_keys known < "$record"
    if [ "$known_keys" = "$for_keys" ]; then
        echo "$known"
        exit 0
    fi
fi
work=$(mktemp -d "$directory/.recovery.XXXXXX")
trap 'rm -rf "$work"' EXIT
printf %s "$recipients" > "$work/recipients"
age --encrypt --recipients-file "$work/recipients" --output "$work/encrypted" "$directory/passphrase" || {
    echo "age cannot encrypt the passphrase to recoveryKeys" >&2
    exit 1
}
value=$(base64 -w 0 "$work/encrypted")
printf '%s %s\n' "$for_keys" "$value" > "$work/record"
mv "$work/record" "$record"
echo "$value"
