# shellcheck shell=sh disable=SC2154
# A program that reads what the deployer's program makes, in frames: a number of characters on a line, and so many of base64.
# The line `end` says that the input is complete: without it the program is ended before it could take the end for one.
IFS= read -r size && head -c "$size" >"$NETLIB_CONTEXT" || exit 125
mkfifo -- "$folder/input" || exit 125
setsid "$program" <"$folder/input" 3>"$folder/records" &
reader=$!
end_reader() { kill -KILL -- "-$reader" "$reader" 2>/dev/null; }
trap 'end_reader; exit 143' HUP INT TERM
exec 4>"$folder/input"
is_complete=''
while IFS= read -r size; do
  if [ "$size" = end ]; then
    is_complete=yes
    break
  fi
  # Who has read enough need not read it all; what follows still says whether it was good.
  head -c "$size" | base64 -d >&4 2>/dev/null || :
done
if [ -z "$is_complete" ]; then
  end_reader
  wait "$reader" 2>/dev/null
  echo 'the input was not complete, so the command was ended' >&2
  exit 125
fi
exec 4>&-
wait "$reader"
status=$?
say_records
exit "$status"
