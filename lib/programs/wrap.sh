# shellcheck shell=sh disable=SC2034
# Around a program of a step. Its first argument is the mark of this run; its stdin begins with the context.
# What the program says on descriptor 3 comes out as lines of stdout that begin with the mark.
mark=${1-}
umask 077
folder=$(mktemp -d) || exit 125
watch=
trap 'rm -rf -- "$folder"; [ -z "$watch" ] || kill "$watch"' EXIT
trap 'exit 143' HUP INT TERM
NETLIB_CONTEXT=$folder/context
export NETLIB_CONTEXT
: >"$folder/records"

# On the deployer, which has no limit of its own here, a netlib that was killed takes with it what it runs: all in this group of
# processes, which is of this program alone.
if [ -z "${limit-none}" ]; then
  {
    while kill -0 "$PPID"; do sleep 1; done
    kill -TERM 0
    sleep 5
    kill -KILL 0
  } </dev/null >/dev/null 2>&1 &
  watch=$!
fi

# What the driver would not take is not sent.
say_records() {
  [ -s "$folder/records" ] || return 0
  printf '\n'
  head -c 65537 -- "$folder/records" | while IFS= read -r line || [ -n "$line" ]; do printf '%s %s\n' "$mark" "$line"; done
}
