# shellcheck shell=bash disable=SC2016,SC2154
# What a node gets of its volatile secrets, on stdout: what differs from what it has. Before it stand `node`, `names` and `restarts`, whether
# the node may be restarted in any deployment. Values are in variables alone, and nothing is a here-document, for which bash writes a file.
set -o pipefail
declare -A value_of=()

# A hash of each value that is there, asked here, as facts are told to other nodes. Whatever else a node answers differs from everything.
said=$(timeout 60 ssh -F "$NETLIB_SSH_CONFIG" -- "$node" 'cd /run/netlib-secrets/volatile && readlink /run/netlib-secrets/volatile && sha256sum -- *' \
  < /dev/null 2> /dev/null | head -c 100000 | tr '\n\0' '; ' || :)
printf 'from %s\n' "$(printf %s "${said%%;*}" | tr -cd 'A-Za-z0-9.' | head -c 40)"

# set_line NAME: what makes the node take the value.
set_line() { printf 'set %s %s\n%s' "$1" "${#value_of[$1]}" "${value_of[$1]}"; }

for name in "${names[@]}"; do
  value=$("netlib-secret-$name" < /dev/null | base64 -w 0) || { echo "secrets.$name.from failed" >&2 && exit 1; }
  [ -n "$value" ] || { echo "secrets.$name.from printed nothing" >&2 && exit 1; }
  value_of[$name]=$value
  hash=$([ -z "$said" ] || printf %s "$value" | base64 -d | sha256sum)
  case ";$said" in
    *";${hash%% *}  $name;"*) printf 'keep %s\n' "$name" ;;
    *) set_line "$name" ;;
  esac
done
echo end

# A restart that comes with the activation forgets them, and its checks wait for them: they are sent once more, for as long as netlib runs.
boot_of() { ssh -F "$NETLIB_SSH_CONFIG" -- "$node" 'cat /proc/sys/kernel/random/boot_id; cut -d " " -f 22 /proc/1/stat' < /dev/null; }

# netlib_process: the first one above this program that is in another group of processes, as this one has a group of its own.
netlib_process() {
  local pid=$BASHPID of_it group=
  while [ "$pid" -gt 1 ]; do
    of_it=$(< "/proc/$pid/stat") || return 1
    # State, parent and group come after the name.
    read -r _ parent at _ <<< "${of_it##*) }"
    group=${group:-$at}
    if [ "$at" != "$group" ]; then break; fi
    pid=$parent
  done
  echo "$pid"
}

send_after_restart() {
  local before=$1 process=$2 now
  while kill -0 "$process"; do
    sleep 2
    if now=$(boot_of) && [ "$now" != "$before" ]; then
      { for name in "${names[@]}"; do set_line "$name"; done && echo end; } |
        ssh -F "$NETLIB_SSH_CONFIG" -- "$node" /etc/netlib/receive-secrets && return
    fi
  done
}

if [ -n "$restarts" ] || grep -qF '"reboot":true' "$NETLIB_CONTEXT"; then
  before=$(boot_of) && process=$(netlib_process)
  # A group of its own outlives this program.
  set -m
  send_after_restart "$before" "$process" < /dev/null > /dev/null 2>&1 3>&- &
fi
