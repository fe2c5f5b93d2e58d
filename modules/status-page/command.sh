# shellcheck shell=bash disable=SC2154
# What the page says, in a terminal. Before it stand `default_url` and `pins`, public keys of certificates that servers have made.
url='' as_json=''
for word in "$@"; do
  case $word in
    --json) as_json=yes ;;
    https://* | http://*) url=$word ;;
    *)
      echo 'usage: page-status [URL] [--json]; a login for the page belongs into ~/.netrc' >&2
      exit 2
      ;;
  esac
done
url=${url:-$default_url}
trust=()
if [ ${#pins[@]} != 0 ]; then trust=(--insecure --pinnedpubkey "$(IFS=';' && echo "${pins[*]}")"); fi
# A name that somebody else has certified is trusted as well.
state=$(curl --disable --silent --netrc-optional --fail --max-time 20 --max-filesize 50000000 "${trust[@]}" -- "${url%/}/state.json") ||
  state=$(curl --disable --silent --show-error --netrc-optional --fail --max-time 20 --max-filesize 50000000 -- "${url%/}/state.json") || {
  echo "page-status: $url gives no state. Are you in one of its networks? Its users log in by ~/.netrc" >&2
  exit 1
}
# Whoever serves it: nothing of it reaches the terminal as anything but text.
plain='def plain: tostring | gsub("[\\x{0}-\\x{1f}\\x{7f}-\\x{9f}\\x{ad}\\x{34f}\\x{61c}\\x{115f}\\x{1160}\\x{180b}-\\x{180f}\\x{200b}-\\x{200f}\\x{2028}-\\x{202e}\\x{2060}-\\x{206f}\\x{2800}\\x{3164}\\x{feff}\\x{ffa0}\\x{fff0}-\\x{ffff}\\x{e0000}-\\x{e0fff}]"; "?");'
if [ -n "$as_json" ]; then
  jq --ascii-output . <<< "$state"
  exit
fi
# Somebody copies it into a shell: nothing but this command, whoever serves the page.
copied='def copied: tostring | if test("^netlib approve [A-Za-z0-9_.:@/+-]+ --digest [0-9a-f]{1,64} --batch [0-9]{1,6}$") and (contains("\n") | not) then . else "netlib approve …: the page has a command that is none" end;'
jq --raw-output --argjson now "$(date +%s)" --arg url "$url" "$plain$copied"'
  def wide($most): plain | .[:$most] | . + (" " * ($most - length));
  def ago: if . == null then "never" else ($now - .) | if . < 120 then "\(.) s ago" elif . < 7200 then "\(. / 60 | floor) min ago" elif . < 172800 then "\(. / 3600 | floor) h ago" else "\(. / 86400 | floor) d ago" end end;
  ([.machines[].name, .others[].name | length] + [7] | max | [., 30] | min) as $name
  | "\(.network.name | plain): \(.counts.online | plain) of \(.counts.all | plain) online, \([.machines[] | select(.asPlanned == false)] | length) not as planned, \(.counts.unhealthy | plain) unhealthy; as of \(.rendered | ago), at \($url)",
    (if $now - .rendered > .offlineAfter then "THIS IS OLD: nothing has been written since \(.rendered | ago)" else empty end),
    (.problems[] | plain),
    "",
    (.machines[] | "\(.name | wide($name))  \(.state | wide(9))  \(.runs | wide(40))  \(if .online then "" else "seen \(.seen | ago)  " end)\(.problems[:2] | map(plain) | join("; "))"),
    (.others[] | "\(.name | wide($name))  \(if .online then "online" else "away" end | wide(9))  \(.description | wide(40))  \(if .online then "" else "seen \(.seen | ago)" end)"),
    (.rollouts[] | select(.state == "paused" or .state == "failed" or .state == "going on") | "", "\(.title | plain): \(.state | plain)", (if .state == "paused" then "  \(.waiting.command | copied)" else empty end))' <<< "$state" || {
  echo "page-status: what $url gives is not the state of a network" >&2
  exit 1
}
