# shellcheck shell=bash disable=SC2154
# At the end of a deployment or a rollback: tells a program what became of it. Before it stand `wanted`, what the program wants to hear of, `limit`, its
# seconds, `patience`, those in which nodes may answer, and `name`. Whatever becomes of the program, this succeeds.
shown() { tr '\n\t' '  ' | tr -cd '\40-\41\43-\133\135-\176\200-\377' | cut -c "1-${1:-200}"; }
note() { printf '{"note":"%s"}\n' "$(printf '%s' "$1" | shown 400)" >&3; }
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# Lines of words: how a step ended, and its id; and the plan's name, and the systems of nodes.
# shellcheck disable=SC2016
nix --extra-experimental-features nix-command eval --impure --raw --expr '
  let
    context = builtins.fromJSON (builtins.readFile (builtins.getEnv "NETLIB_CONTEXT"));
    lines = set: make: builtins.concatStringsSep "" (map (name: make name set.${name}) (builtins.attrNames set));
  in
  "network ${context.network.name or "network"}\n"
  + lines (context.results or { }) (step: result: "${if builtins.isString result then result else "unknown"} ${step}\n")
  + lines (context.nodes or { }) (node: about: "system ${node} ${about.toplevel or "-"}\n")
' > "$scratch/lines" 2> "$scratch/said" || { note "notification $name: $(tail -n 1 "$scratch/said")" && exit 0; }

network=$(sed -n 's/^network //p' "$scratch/lines")
# Of each node whose activation failed: its last deployment, as the host has it on record.
went_back() {
  local wanted
  wanted=$(sed -n "s/^system $1 //p" "$scratch/lines")
  # shellcheck disable=SC2016
  timeout --kill-after=1 "$((patience > SECONDS ? patience - SECONDS : 1))" ssh -F "$NETLIB_SSH_CONFIG" "$1" 'cd /var/lib/netlib/deploys && for file in */state; do sed -n "/^\(number\|phase\|toplevel\)=/p" "$file" && echo .; done' 2> /dev/null < /dev/null |
    head -c 1000000 | {
    last=-1 number=0 phase='' system='' result=1
    while read -r line; do
      case $line in
        number=*) number=${line#*=} ;;
        phase=*) phase=${line#*=} ;;
        toplevel=*) system=${line#*=} ;;
        .)
          if [[ $number =~ ^[0-9]{1,9}$ ]] && [ "$number" -gt "$last" ]; then
            last=$number result=1
            if [ "$phase" = rolledBack ] && [ "$system" = "$wanted" ]; then result=0; fi
          fi
          ;;
      esac
    done
    exit "$result"
  }
}

failed='' rolled_back='' changed='' steps='' what=deployment asked=()
while read -r result step; do
  case "$result $step" in
    "done activate:"*) changed+=" ${step#*:}" ;;
    "failed activate:"*)
      failed+=" ${step#*:}"
      asked+=("${step#*:}")
      ;;
    "done rollback:"*) rolled_back+=" ${step#*:}" what=rollback ;;
    "failed rollback:"* | "offline rollback:"*) failed+=" ${step#*:}" what=rollback ;;
    "failed "* | "offline "*) steps+=" $step" ;;
  esac
done < "$scratch/lines"
# All at once, and for so long in all: nodes that do not answer take nobody's word about the others.
for node in "${asked[@]}"; do
  while [ "$(jobs -pr | wc -l)" -ge 32 ]; do wait -n || :; done
  if [ "$SECONDS" -lt "$patience" ]; then { if went_back "$node"; then : > "$scratch/back-$node"; fi; } & fi
done
wait
for node in "${asked[@]}"; do if [ -e "$scratch/back-$node" ]; then rolled_back+=" $node"; fi; done

events=''
[ -z "$failed$steps" ] || events+=' failed'
[ -z "$rolled_back" ] || events+=' rolledBack'
[ -z "$changed" ] || events+=' changed'
heard=''
for event in $events; do [[ " ${wanted[*]} " != *" $event "* ]] || heard+=" $event"; done
[ -n "$heard" ] || exit 0

export NETLIB_EVENTS=${heard# } NETLIB_FAILED=${failed# } NETLIB_ROLLED_BACK=${rolled_back# } NETLIB_CHANGED=${changed# }
{
  printf 'network %s: %s by %s from %s%s\n' "$network" "$what" "$(id -un)" "$(uname -n)" "$([ -z "$failed$steps" ] && echo ' succeeded' || echo ' failed')"
  [ -z "$changed" ] || printf 'changed:%s\n' "$changed"
  [ -z "$failed" ] || printf 'failed:%s\n' "$failed"
  [ -z "$rolled_back" ] || printf 'rolled back:%s\n' "$rolled_back"
  [ -z "$steps" ] || printf 'steps that failed:%s\n' "$steps"
} > "$scratch/message"
# What it leaves running holds nothing up: it writes to a file.
status=0
timeout --kill-after=5 "$limit" "netlib-notify-$name" < "$scratch/message" > "$scratch/said" 2>&1 3>&- || status=$?
case $status in
  0) ;;
  124 | 137) note "notification $name: it took longer than $limit seconds and was ended" ;;
  *) note "notification $name: exit status $status: $(tail -n 1 "$scratch/said")" ;;
esac
exit 0
