# shellcheck shell=sh disable=SC2154
# Prints a fresh secret encapsulated to the recipient's key, and keeps what it stands for; the same as long as that key is.
if [ -z "$recipient" ]; then
    echo "$pending"
    exit 0
fi

record=$directory/$peer.encapsulation
for_key=$(short_hash "$recipient")
if [ -s "$record" ]; then
    read -r known_key known < "$record"
    if [ "$known_key" = "$for_key" ] && [ -s "$directory/$peer-$(short_hash "$known")" ]; then
        echo "$known"
        exit 0
    fi
fi

printf %s "$recipient" | base64 -d > "$work/recipient" || stop "the key of $peer is no base64"
openssl pkeyutl -encap -pubin -keyform DER -inkey "$work/recipient" -secret "$work/secret" -out "$work/ciphertext" ||
    stop "openssl cannot encapsulate to the key of $peer; it needs version 3.5 or later, this is $(openssl version)"
# Opening with another key gives another secret and no error, so a value derived from the secret goes with it.
value=$(base64 -w 0 "$work/ciphertext").$(derive "confirmation" "$context" "$work/secret" | hexadecimal)
derive "preshared key" "$context" "$work/secret" | base64 -w 0 > "$work/preshared-key"
chmod 0400 "$work/preshared-key"
mv "$work/preshared-key" "$directory/$peer-$(short_hash "$value")"
printf '%s %s\n' "$for_key" "$value" > "$work/record"
mv "$work/record" "$record"
echo "$value"
