# shellcheck shell=sh
# shellcheck disable=SC2154 # URL and PASSWORD_FILE are in the environment
# Replaces the password "admin" of Grafana's admin by the one that was made here, where it is still that one.

# api ARGUMENT…: a request as admin with that password; prints the status code.
api() {
  curl --silent --output /dev/null --write-out '%{http_code}' --max-time 10 --user admin:admin "$@" || true
}

tries=0
until curl --silent --output /dev/null --fail --max-time 5 "$URL/api/health"; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { echo "Grafana does not answer at $URL" >&2 && exit 1; }
  sleep 1
done

# One attempt: Grafana counts those that fail.
[ "$(api "$URL/api/user")" = 200 ] || exit 0
# The password has no character that JSON would have to escape.
changed=$(printf '{"oldPassword":"admin","newPassword":"%s"}' "$(cat "$PASSWORD_FILE")" |
  api --request PUT --header 'Content-Type: application/json' --data @- "$URL/api/user/password")
[ "$changed" = 200 ] || {
  echo "Grafana answers $changed instead of changing the password of its admin, which is the one that everybody knows. Change it at $URL" >&2
  exit 1
}
echo "the password of Grafana's admin is now that of $PASSWORD_FILE"
