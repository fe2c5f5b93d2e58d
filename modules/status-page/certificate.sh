# shellcheck shell=bash disable=SC2154
# A key and a certificate that the server has signed itself, in the folder `certificate`, unless they are there.
make_certificate() {
  umask 077
  mkdir -p "$certificate"
  chmod 0711 "$certificate"
  [ ! -e "$certificate/certificate.pem" ] || return 0
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj "/CN=status-page" \
    -keyout "$certificate/key.new" -out "$certificate/certificate.new" 2> /dev/null
  mv -f "$certificate/key.new" "$certificate/key.pem"
  mv -f "$certificate/certificate.new" "$certificate/certificate.pem"
}
