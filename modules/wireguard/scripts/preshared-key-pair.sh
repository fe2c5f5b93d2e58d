# shellcheck shell=sh disable=SC2154
# Prints the public half of the node's ML-KEM key pair, which it makes when it is missing.
key=$directory/kem-key.pem
if [ ! -e "$key" ]; then
    openssl genpkey -algorithm ML-KEM-768 -out "$work/key" ||
        stop "openssl makes no ML-KEM key; it needs version 3.5 or later, this is $(openssl version)"
    chmod 0400 "$work/key"
    # A link appears whole, and loses against a key that came first.
    ln "$work/key" "$key" 2> /dev/null || [ -s "$key" ]
fi
openssl pkey -in "$key" -pubout -outform DER -out "$work/public" || stop "cannot read $key"
base64 -w 0 "$work/public"
echo
