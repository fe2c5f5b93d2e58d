# shellcheck shell=sh disable=SC2154
# A program that reads nothing. On a node it also ends there at its time limit, which the connection may not live to see.
cat >"$NETLIB_CONTEXT" || exit 125
${limit:+timeout --kill-after=5 "$limit"} "$program" </dev/null 3>"$folder/records"
status=$?
say_records
exit "$status"
