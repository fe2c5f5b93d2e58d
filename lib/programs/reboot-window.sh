# shellcheck shell=bash
# START SECONDS: ends well within a window that opens then, by the host's clock and time zone; otherwise says when it opens next.
export LC_ALL=C
now=$(date +%s)
if ! said=$(systemd-analyze calendar --base-time="@$((now - $2))" "$1" 2>&1); then
  printf 'the window cannot be read: %s\n' "${said##*$'\n'}"
  exit 3
fi
next='' in_utc=''
while read -r line; do
  case $line in
    'Next elapse: '*) next=${line#*: } ;;
    '(in UTC): '*) in_utc=${line#*: } ;;
  esac
done <<<"$said"
if [ -z "$next" ] || [ "$next" = never ]; then
  printf 'the window never opens\n'
  exit 3
fi
if [ "$(date -d "${in_utc:-$next}" +%s)" -gt "$now" ]; then
  printf 'the window opens %s\n' "$next"
  exit 3
fi
