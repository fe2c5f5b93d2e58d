# shellcheck shell=sh disable=SC2154
# Runs a program here whose output a command on a node reads: see receive.sh.
#   feed MARK NODE COMMAND
node=$2 command=$3
cat >"$NETLIB_CONTEXT" || exit 125
{
  wc -c <"$NETLIB_CONTEXT"
  cat -- "$NETLIB_CONTEXT"
  {
    "$program" </dev/null 3>"$folder/records"
    printf '%s\n' "$?" >"$folder/status"
  } | while chunk=$(head -c 49152 | base64 -w 0) && [ -n "$chunk" ]; do printf '%s\n%s' "${#chunk}" "$chunk"; done
  if [ "$(cat -- "$folder/status")" = 0 ]; then echo end; fi
} | ssh -F "$NETLIB_SSH_CONFIG" -- "$node" "$command $mark"
status=$?
made=$(cat -- "$folder/status")
# A command that ended early ends its input as well.
case $made in
  0 | 141) ;;
  *)
    echo "the program that makes the input ended with status $made" >&2
    status=1
    ;;
esac
say_records
exit "$status"
