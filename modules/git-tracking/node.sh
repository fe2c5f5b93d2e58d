# shellcheck shell=bash disable=SC2154
# On a node, in its activation. Before it stand `node`, `network` (an id), `namespace` and `host_key`, its private SSH key.
export GIT_DIR=/var/lib/netlib/network.git LC_ALL=C
umask 077
git() { command git -c core.hooksPath=/dev/null "$@"; }
system=${NETLIB_SYSTEM##*/} previous=${NETLIB_PREVIOUS##*/}
deployed=refs/netlib/deployed/$node log=refs/netlib/log/$node
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

text() { printf '%s' "$1" | tr '\n\t' '  ' | tr -cd '\40-\41\43-\133\135-\176\200-\377' | cut -c "1-${2:-200}"; }

# write RESULT COMMIT: one more record of this node, signed with its own key. The word of the deployer is in it as it was signed.
write() {
  local folder tag='' count=0 head tree began
  folder=$(mktemp -d)
  head=$(id_of "$log")
  [ -z "$head" ] || count=$(git show "$head:statement.json" | sed -n 's/^ *"counter": \([0-9]*\),$/\1/p')
  tag=$(git rev-parse -q --verify "refs/netlib/next/$system" || :)
  began=$(sed -n 's/^started=//p' "/var/lib/netlib/deploys/$NETLIB_DEPLOY/state" 2> /dev/null | tail -n 1)
  {
    printf '{\n  "schema": 1,\n  "kind": "log",\n  "network": "%s",\n  "node": "%s",\n  "counter": %s,\n' "$network" "$node" "$((${count:-0} + 1))"
    printf '  "before": "%s",\n  "boot": "%s",\n  "time": "%s",\n  "began": "%s",\n' "$head" "$(cat /proc/sys/kernel/random/boot_id)" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(text "$began")"
    printf '  "deployment": "%s",\n  "result": "%s",\n  "commit": "%s",\n' "$(text "$NETLIB_DEPLOY")" "$1" "$2"
    printf '  "system": "%s",\n  "previous": "%s"\n}\n' "$(text "$system")" "$(text "$previous")"
  } > "$folder/statement.json"
  ssh-keygen -Y sign -q -f "$host_key" -n "$namespace" "$folder/statement.json" || : > "$folder/statement.json.sig"
  # The end of what the activation said.
  tail -c 4096 "/var/lib/netlib/deploys/$NETLIB_DEPLOY/log" > "$folder/log" 2> /dev/null || : > "$folder/log"
  if [ "$(git cat-file -t "${tag:-none}" 2> /dev/null)" = tag ]; then git cat-file tag "$tag" > "$folder/intent"; else : > "$folder/intent"; fi
  tree=$(for file in intent log statement.json statement.json.sig; do
    printf '100644 blob %s\t%s\n' "$(git hash-object -w -- "$folder/$file")" "$file"
  done | git mktree)
  head=$(GIT_AUTHOR_NAME=$node GIT_AUTHOR_EMAIL=root@$node GIT_COMMITTER_NAME=$node GIT_COMMITTER_EMAIL=root@$node \
    git commit-tree "$tree" ${head:+-p "$head"} -m "$1 ${2:0:12}")
  git update-ref "$log" "$head"
  rm -rf -- "$folder"
}

# tidy: what no system of this machine was made of goes.
tidy() {
  local ref
  git update-ref -d "refs/netlib/next/$system"
  git update-ref -d "refs/netlib/over/$system"
  git for-each-ref --format='%(refname)' refs/netlib/systems | while read -r ref; do
    [ -e "/nix/store/${ref##*/}" ] || git update-ref -d "$ref"
  done
  git -c gc.auto=2000 gc --auto --quiet || :
}

confirm() {
  local next
  next=$(id_of "refs/netlib/next/$system")
  if [ -z "$next" ]; then return; fi
  write confirmed "$next"
  git symbolic-ref HEAD refs/heads/main
  printf 'update %s %s\n' "$deployed" "$next" "refs/netlib/systems/$system" "$next" refs/heads/main "$next" | git update-ref --stdin
  tidy
}

# rolled_back: this deployment came to nothing; or, later, somebody has gone back behind it, to the system that runs now.
rolled_back() {
  local mine earlier
  [ -d "$GIT_DIR" ] || return 0
  if [ "$NETLIB_HOOK" = ofUndone ]; then
    earlier=$(id_of "refs/netlib/systems/$system") mine=$(id_of "$deployed")
    write rollback "$earlier"
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
