# shellcheck shell=sh disable=SC2154
# A program that reads nothing.
cat >"$NETLIB_CONTEXT"
"$program" </dev/null 3>"$folder/records"
status=$?
say_records
exit "$status"
