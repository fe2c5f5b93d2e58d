# shellcheck shell=sh disable=SC2154
# Makes the preshared keys of the list ($1) that are not there yet. Lines: made|received, peer, context, encapsulation.

open_encapsulation() {
    printf %s "${value%.*}" | base64 -d > "$work/ciphertext" || stop "what $peer made is no base64"
    openssl pkeyutl -decap -inkey "$directory/kem-key.pem" -in "$work/ciphertext" -secret "$work/secret" ||
        stop "cannot open what $peer made; run: netlib facts gather --on $self --on $peer"
    [ "$(derive "confirmation" "$context" "$work/secret" | hexadecimal)" = "${value##*.}" ] ||
        stop "what $peer made is for another key than the one of $self; run: netlib facts gather --on $self, then --on $peer"
    derive "preshared key" "$context" "$work/secret" | base64 -w 0 > "$work/preshared-key"
    chmod 0400 "$work/preshared-key"
    mv "$work/preshared-key" "$file"
}

while read -r kind peer context value; do
    file=$directory/$peer-$(short_hash "$value")
    [ ! -s "$file" ] || continue
    [ "$kind" = received ] ||
        stop "the key that $self made for $peer is gone; run: netlib facts gather --on $self"
    open_encapsulation
done < "$1"
