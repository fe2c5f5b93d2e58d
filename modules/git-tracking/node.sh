# shellcheck shell=bash disable=SC2034,SC2154
# On a node, in its activation, and when it gets a commit of the system that it runs. Before it stand `node`, `network` (an id), `namespace` and `host_key`, its private SSH key, and `keep`, the
# seconds that records stay, and `most`, how many of them.
export GIT_DIR=/var/lib/netlib/network.git LC_ALL=C
umask 077
# What is recorded outlives a power loss.
git() { command git -c core.hooksPath=/dev/null -c core.fsync=committed,loose-object,reference "$@"; }
system=${NETLIB_SYSTEM##*/} previous=${NETLIB_PREVIOUS##*/}
deployed=refs/netlib/deployed/$node
id_of() { git rev-parse -q --verify "$1^{commit}" || :; }

# before: somebody may have confirmed another commit since this deployment was prepared, also one that makes the same system.
before() {
  local now next
  now=$(id_of "$deployed") next=$(id_of "refs/netlib/next/$system")
  if [ -z "$now" ] || [ -z "$next" ] || [ "$(id_of "refs/netlib/over/$system")" = "$now" ]; then return; fi
  if ! git merge-base --is-ancestor "$now" "$next"; then
    echo "git-tracking: $node runs a commit that this deployment lacks: $(git log -1 --format='%h %s (%cn, %cs)' "$now"). Deploy again: it is merged then."
    exit 1
  fi
}

# find_end: sets `head` to the last record, `log` to the ref that the next one belongs to, `count` to its number. Records are kept in parts: a
# new one begins after a quarter of the time, or of the number, so that old ones go without a change to what others have signed for.
find_end() {
  local ended now first
  before_that=0
  read -r head log ended < <(git for-each-ref --sort=-version:refname --format='%(objectname) %(refname) %(committerdate:unix)' \
    "refs/netlib/log/$node" "refs/netlib/log/$node@*") || { log=refs/netlib/log/$node count=1 && return; }
  count=$(git show "$head:statement.json" | sed -n 's/^ *"counter": \([0-9]*\),$/\1/p')
  count=$((${count:-0} + 1)) now=$(date +%s) first=1 before_that=$ended
  if [[ $log =~ @([1-9][0-9]{0,8})$ ]]; then first=${BASH_REMATCH[1]}; fi
  if [ $((count - first)) -ge $((most / 4 + 1)) ] || [ $((now / (keep / 4 + 1))) != $((ended / (keep / 4 + 1))) ]; then log=refs/netlib/log/$node@$count; fi
}

# discard: the first parts, while everything in them is too old or there are too many. The two last ones stay. A clock that is off for once
# makes nothing old: the record before the last one counts as well.
discard() {
  local lines hash ref ended now at number folder
  folder=$(mktemp -d)
  now=$(date +%s)
  if [ "$before_that" -lt "$now" ]; then now=$before_that; fi
  mapfile -t lines < <(git for-each-ref --sort=version:refname --format='%(objectname) %(refname) %(committerdate:unix)' \
    "refs/netlib/log/$node" "refs/netlib/log/$node@*")
  for ((at = 0; at + 2 < ${#lines[@]}; at++)); do
    read -r hash ref ended <<< "${lines[at]}"
    # The number of the first record that is left.
    if [[ ${lines[at + 1]} =~ @([1-9][0-9]{0,8})\  ]]; then first=${BASH_REMATCH[1]}; else first=1; fi
    if [ $((now - ended)) -le "$keep" ] && [ $((count - first + 1)) -lt "$most" ]; then break; fi
    git update-ref -d "$ref" "$hash"
  done
  # Of what is kept here for others the newest parts. Their dates are those that the others say.
  git for-each-ref --sort=version:refname --format='%(refname)' refs/netlib/mirror > "$folder/mirrors"
  sed 's,@.*,,' "$folder/mirrors" | uniq -c | while read -r number ref; do
    if [ "$number" -gt 16 ]; then
      grep -e "^$ref\(@.*\)\{0,1\}$" "$folder/mirrors" | head -n $((number - 16)) | sed 's/^/delete /' | git update-ref --stdin
    fi
  done
  rm -rf -- "$folder"
}

# write RESULT COMMIT: one more record of this node, signed with its own key. The word of the deployer, and the end of the log, are in it by
# the names that git has for them.
write() {
  local folder tag='' head log tree state over parent file
  local -A blob=()
  folder=$(mktemp -d)
  # Two deployers may bring commits of one system at the same time.
  exec 9> "$GIT_DIR/netlib-log.lock"
  flock 9
  find_end
  tag=$(git rev-parse -q --verify "refs/netlib/next/$system" || :)
  over=$(id_of "refs/netlib/over/$system")
  state=/var/lib/netlib/deploys/$NETLIB_DEPLOY
  when=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  # The end of what the activation said.
  tail -c 4096 "$state/log" > "$folder/log" 2> /dev/null || : > "$folder/log"
  if [ "$(git cat-file -t "${tag:-none}" 2> /dev/null)" = tag ]; then git cat-file tag "$tag" > "$folder/intent"; else : > "$folder/intent"; fi
  who=$(text "$(sed -n 's/^tagger \(.*\) <.*/\1/p' "$folder/intent")" 80)
  for file in intent log; do blob[$file]=$(git hash-object -w -- "$folder/$file"); done
  {
    printf '{\n  "schema": 1,\n  "kind": "log",\n  "network": "%s",\n  "node": "%s",\n  "counter": %s,\n' "$network" "$node" "$count"
    printf '  "before": "%s",\n  "boot": "%s",\n  "time": "%s",\n  "began": "%s",\n' "$head" "$(cat /proc/sys/kernel/random/boot_id)" "$when" "$(value_of started "$state/state")"
    printf '  "by": "%s",\n  "plan": "%s",\n  "intent": "%s",\n  "log": "%s",\n' "$(value_of deployer "$state/state")" \
      "$(sed -n 's/^plan \([0-9a-f]\{64\}\)$/\1/p' "$folder/intent")" "${blob[intent]}" "${blob[log]}"
    printf '  "deployment": "%s",\n  "result": "%s",\n  "commit": "%s",\n' "$(text "$NETLIB_DEPLOY")" "$1" "$2"
    [ -z "$over" ] || printf '  "over": "%s",\n' "$over"
    printf '  "system": "%s",\n  "previous": "%s"\n}\n' "$(text "$system")" "$(text "$previous")"
  } > "$folder/statement.json"
  ssh-keygen -Y sign -q -f "$host_key" -n "$namespace" "$folder/statement.json" || : > "$folder/statement.json.sig"
  for file in statement.json statement.json.sig; do blob[$file]=$(git hash-object -w -- "$folder/$file"); done
  tree=$(for file in "${!blob[@]}"; do printf '100644 blob %s\t%s\n' "${blob[$file]}" "$file"; done | git mktree)
  parent=$(git rev-parse -q --verify "$log" || :)
  head=$(GIT_AUTHOR_NAME=$node GIT_AUTHOR_EMAIL=root@$node GIT_COMMITTER_NAME=$node GIT_COMMITTER_EMAIL=root@$node \
    git commit-tree "$tree" ${parent:+-p "$parent"} -m "$1 ${2:0:12}")
  git update-ref "$log" "$head" "${parent:-}"
  exec 9>&-
  rm -rf -- "$folder"
}
# value_of NAME FILE: the last one of what the host says of a deployment.
value_of() { text "$(sed -n "s/^$1=//p" "$2" 2> /dev/null | tail -n 1)"; }

# tidy: what no system of this machine was made of goes.
tidy() {
  local ref
  git update-ref -d "refs/netlib/next/$system"
  git update-ref -d "refs/netlib/over/$system"
  git for-each-ref --format='%(refname)' refs/netlib/systems | while read -r ref; do
    [ -e "/nix/store/${ref##*/}" ] || git update-ref -d "$ref"
  done
  discard
  git -c gc.auto=2000 gc --auto --quiet || :
}

confirm() {
  local next
  next=$(id_of "refs/netlib/next/$system")
  if [ -z "$next" ]; then return; fi
  write confirmed "$next"
  git symbolic-ref HEAD refs/heads/main
  printf 'update %s %s\n' "$deployed" "$next" "refs/netlib/systems/$system" "$next" refs/heads/main "$next" | git update-ref --stdin
  tell "$next"
  tidy
}

# rolled_back: this deployment came to nothing; or, later, somebody has rolled back behind it, to the system that runs now.
rolled_back() {
  local mine earlier
  [ -d "$GIT_DIR" ] || return 0
  if [ "$NETLIB_HOOK" = ofUndone ]; then
    earlier=$(id_of "refs/netlib/systems/$system") mine=$(id_of "$deployed")
    write rollback "$earlier"
    [ -z "$earlier" ] || tell "$earlier"
  else
    earlier=$(id_of "refs/netlib/systems/$previous") mine=$(id_of "refs/netlib/next/$system")
    [ -n "$mine" ] || return 0
    write rolledBack "$mine"
  fi
  if [ -n "$earlier" ] && [ "$(id_of "$deployed")" = "$mine" ]; then
    printf 'update %s %s\n' "$deployed" "$earlier" refs/heads/main "$earlier" | git update-ref --stdin
  fi
  tidy
}
