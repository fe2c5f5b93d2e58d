# shellcheck shell=bash disable=SC2154
# Before an evaluation: fetches what nodes run, merges what this clone lacks of it, and has a commit deployed instead of a folder. Before it
# stand common.sh and merge-lock.sh, and `auto_merge`, `require_clean` and `require_signed`, each `yes` or nothing.
note() { printf '{"note":"%s"}\n' "$(clean "$1" 900)" >&3; }
problem() {
  printf '{"problem":"%s"}\n' "$(clean "$1" 900)" >&3
  exit 1
}

# refuse NODE TEXT: nothing is activated there; what others have is no worse for it.
declare -A refused=()
refuse() {
  refused[$1]="git-tracking: $2"
  git update-ref "refs/netlib/refused/$1" "$(clean "${refused[$1]}" 900 | git hash-object -w --stdin)"
}

top=$(command git rev-parse --show-toplevel 2> /dev/null) ||
  problem "git-tracking: the flake is not in a clone on this machine, so nothing that nodes have could be merged. Get one: nix run .#command -- network-clone root@NODE DIRECTORY"
case $top in *[!A-Za-z0-9._/@+-]*) problem "git-tracking: the folder of the clone must be letters, digits and . _ / @ + -, and is $top. Move it" ;; esac
folder=$(command git rev-parse --show-prefix)
head=$(git rev-parse -q --verify 'HEAD^{commit}') || problem "git-tracking: the repository has no commit yet. Run: git commit"
[ "$(git rev-parse --is-shallow-repository)" = false ] ||
  problem "git-tracking: this clone is shallow, so what nodes run cannot be compared with it. Run: git fetch --unshallow"
user=$(id -un | tr -cd 'A-Za-z0-9_-')
mail=$(command git config user.email || echo "$user@$(uname -n)")
export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL=$mail GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL=$mail
GIT_AUTHOR_NAME=$(command git config user.name || echo "$user") GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME
find_key

# --- what nodes have ---------------------------------------------------------------------------------------------------------

# Those that answer and are selected are in this file. Of each only its own names are taken, and no more than 4 GiB.
export GIT_SSH_COMMAND="ssh -F $NETLIB_SSH_CONFIG"
fetch() {
  ulimit -f 4194304
  timeout 300 git fetch --no-tags --no-write-fetch-head --no-recurse-submodules --no-auto-maintenance --force \
    --upload-pack "$(server "$1" "$uploads")" "$(url_of "$1")" \
    "refs/netlib/deployed/*:refs/netlib/nodes/$1/deployed/*" "refs/netlib/log/*:refs/netlib/nodes/$1/log/*" \
    "refs/netlib/mirror/*:refs/netlib/nodes/$1/mirror/*" < /dev/null > "$scratch/fetched-$1" 2>&1 || echo failed >> "$scratch/failed-$1"
}
asked=()
for name in "${names[@]}"; do
  git update-ref -d "refs/netlib/refused/$name"
  if is_local "$name" || grep -qx -e "Host $name" "$NETLIB_SSH_CONFIG"; then
    asked+=("$name")
    fetch "$name" &
  fi
done
wait
for name in "${asked[@]}"; do
  [ ! -e "$scratch/failed-$name" ] ||
    refuse "$name" "what $name has could not be fetched: $(tail -n 1 "$scratch/fetched-$name"). Whatever was deployed there by others might be lost; mend its $bare, or take it out of git-tracking.nodes"
done

# --- merging -----------------------------------------------------------------------------------------------------------------

# is_replaced COMMIT: all of it that is not in this clone's branch is its owner's own, who made it anew: by committing what was deployed
# before it was committed, by an amend or a rebase.
is_replaced() {
  local commit
  for commit in $(git rev-list "$1" "^$head"); do
    [ "$(git log -1 --format=%ce "$commit")" = "$mail" ] || return 1
    git reflog --format=%H "refs/netlib/wip/$user" 2> /dev/null | grep -qx -e "$commit" && continue
    git reflog --format=%H HEAD | grep -qx -e "$commit" && continue
    git log --format=%T "$head" "^$commit" | grep -x -e "$(git rev-parse "$commit^{tree}")" > /dev/null || return 1
  done
}

take() {
  local node=$1 commit=$2 count unsigned='' one tree merged
  count=$(git rev-list --count "$commit" "^$head")
  printf '%s runs %s commits that are not in this branch:\n' "$node" "$count"
  git --no-pager log --format='  %h %s (%cn, %cs)' "$commit" "^$head" | tr -cd '\11\12\40-\176\200-\377' | head -n 20
  git --no-pager diff --stat "$head...$commit" | tr -cd '\11\12\40-\176\200-\377' | tail -n 20
  if [ -z "$auto_merge" ]; then
    refuse "$node" "$node runs $(about "$commit"), which is not in this branch. Look at it and merge it: nix run .#command -- merge-node $node"
    return
  fi
  for one in $(git rev-list "$commit" "^$head"); do is_signed "$one" || unsigned=$one; done
  if [ -n "$unsigned" ]; then
    refuse "$node" "$node runs $(about "$commit"), which is not in this branch, and $(about "$unsigned") is signed by none of git-tracking.signers. Look at it and merge it: nix run .#command -- merge-node $node"
    return
  fi
  tree=$(git "${merging[@]}" merge-tree --write-tree --name-only --no-messages "$head" "$commit") || {
    refuse "$node" "$node runs $(about "$commit"), which is in conflict with this branch in $(tail -n +2 <<< "$tree" | paste -s -d ' '). Merge it: git merge refs/netlib/nodes/$node/deployed/$node"
    return
  }
  merged=$(sign commit-tree "${signs[@]}" "$tree" -p "$head" -p "$commit" -m "Merge what $node runs")
  git merge --quiet --ff-only "$merged" > /dev/null 2> "$scratch/said" ||
    problem "git-tracking: your uncommitted changes are in the way of what $node runs ($(about "$commit")). Commit or stash them"
  note "merged $count commits that $node runs: $(about "$commit")"
  head=$merged
}

for name in "${asked[@]}"; do
  if [ -n "${refused[$name]-}" ]; then continue; fi
  commit=$(git rev-parse -q --verify "refs/netlib/nodes/$name/deployed/$name^{commit}") || continue
  git merge-base --is-ancestor "$commit" "$head" && continue
  if is_replaced "$commit"; then continue; fi
  take "$name" "$commit"
done

if [ ${#refused[@]} != 0 ]; then
  [ ${#refused[@]} -lt ${#asked[@]} ] || problem "$(printf '%s. ' "${refused[@]}")"
  for name in "${!refused[@]}"; do printf '%s is left out: %s\n' "$name" "${refused[$name]}"; done
fi

# --- the commit that is deployed ---------------------------------------------------------------------------------------------------

target=$head
if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
  if [ -n "$require_clean" ]; then
    problem "git-tracking.requireClean: there are uncommitted changes in $(git status --porcelain --untracked-files=no | cut -c 4- | head -n 5 | paste -s -d ' '). Commit or stash them"
  fi
  wip=refs/netlib/wip/$user
  cp -- "$(git rev-parse --path-format=absolute --git-path index)" "$scratch/index"
  (cd "$top" && GIT_INDEX_FILE=$scratch/index git add --update -- .)
  tree=$(GIT_INDEX_FILE=$scratch/index git write-tree)
  if [ "$(git rev-parse -q --verify "$wip^{tree}" || :) $(git rev-parse -q --verify "$wip^" || :)" = "$tree $head" ]; then
    target=$(git rev-parse "$wip")
  else
    git rev-parse -q --verify "$wip" > /dev/null ||
      note "uncommitted changes are deployed as a commit on $wip, which the nodes keep as well; from now on without a word"
    target=$(sign commit-tree "${signs[@]}" "$tree" -p "$head" -m "Uncommitted changes of $user on $(uname -n)")
    git update-ref --create-reflog -m 'deployed before it was committed' "$wip" "$target"
  fi
fi

if [ -n "$require_signed" ]; then
  known=()
  for name in "${asked[@]}"; do
    if git rev-parse -q --verify "refs/netlib/nodes/$name/deployed/$name" > /dev/null; then known+=("^refs/netlib/nodes/$name/deployed/$name"); fi
  done
  [ ${#known[@]} != 0 ] || known=(--max-count=1)
  for one in $(git rev-list "$target" "${known[@]}"); do
    is_signed "$one" || problem "git-tracking.requireSignedCommits: $(about "$one") is signed by none of git-tracking.signers. Sign it: git commit --amend --gpg-sign"
  done
fi

# The word of whoever deploys, once for all nodes of the run.
git update-ref --create-reflog "refs/netlib/target/$user" "$target"
intent=$(printf '%s' "$NETLIB_CONTEXT" | sha256sum | cut -c 1-12)
intent=refs/tags/netlib-intent-$(date -u +%Y%m%dT%H%M%SZ)-$intent
sign tag -m "Deploy to ${asked[*]} from $(uname -n) by $user" "${intent#refs/tags/}" "$target" > /dev/null
git update-ref "refs/netlib/intent/$user" "$(git rev-parse "$intent")"
git update-ref -d "$intent"
if [ ${#signing[@]} = 0 ]; then
  note "this deployment is not signed: none of your SSH keys is among git-tracking.signers, or can be used without a passphrase"
fi
printf '{"flake":"git+file://%s?ref=%s&rev=%s%s"}\n' "$top" "refs/netlib/target/$user" "$target" "${folder:+&dir=${folder%/}}" >&3
