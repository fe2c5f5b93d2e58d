# shellcheck shell=bash disable=SC2154
# A key and a certificate that the server has signed itself, in the folder `certificate`, unless they are there.
make_certificate() {
  umask 077
  mkdir -p "$certificate"
  chmod 0711 "$certificate"
  if [ -s "$certificate/key.pem" ] && [ -s "$certificate/certificate.pem" ]; then return 0; fi
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj "/CN=status-page" \
    -keyout "$certificate/key.new" -out "$certificate/certificate.new" 2> /dev/null
  # A power cut leaves whole files, or none.
  sync "$certificate/key.new" "$certificate/certificate.new"
  mv -f "$certificate/key.new" "$certificate/key.pem"
  mv -f "$certificate/certificate.new" "$certificate/certificate.pem"
}
