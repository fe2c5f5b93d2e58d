# shellcheck shell=sh disable=SC2154
# Runs a program here whose output a command on a node reads: see receive.sh.
#   feed MARK NODE COMMAND
node=$2 command=$3
cat >"$NETLIB_CONTEXT" && mkfifo -- "$folder/frames" && : >"$folder/status" || exit 125
{
  wc -c <"$NETLIB_CONTEXT"
  cat -- "$NETLIB_CONTEXT"
  {
    "$program" </dev/null 3>"$folder/records"
    printf '%s\n' "$?" >"$folder/status"
  } | while chunk=$(head -c 49152 | base64 -w 0) && [ -n "$chunk" ]; do printf '%s\n%s' "${#chunk}" "$chunk"; done
  if [ "$(cat -- "$folder/status")" = 0 ]; then echo end; fi
} >"$folder/frames" &
# Not a pipe: once nobody reads it, nobody waits for the rest of what is made.
ssh -F "$NETLIB_SSH_CONFIG" -- "$node" "$command $mark" <"$folder/frames"
status=$?
made=$(cat -- "$folder/status")
# A command that ended early ends its input as well: all in this group of processes, which is of this program alone.
if [ -z "$made" ]; then
  trap '' TERM
  kill -TERM 0
fi
case $made in
  '' | 0 | 141) ;;
  *)
    echo "the program that makes the input ended with status $made" >&2
    status=1
    ;;
esac
say_records
exit "$status"
