# shellcheck shell=bash disable=SC2154
# Before an evaluation: fetches what nodes run, merges what this clone lacks of it, and has a commit deployed instead of a folder. Before it
# stand common.sh and merge-lock.sh, and `auto_merge`, `require_clean` and `require_signed`, each `yes` or nothing.
note() { printf '{"note":"%s"}\n' "$(clean "$1" 900)" >&3; }
problem() {
  printf '{"problem":"%s"}\n' "$(clean "$1" 900)" >&3
  exit 1
}
force=${NETLIB_ARG_FORCE-}
# What another program of the plan wants deployed would be passed over in silence.
others=$(grep -o '"flake":"[^"]*"' "$NETLIB_CONTEXT" | grep -vF -e '?ref=refs/netlib/target/' | head -n 1 || :)
[ -z "$others" ] || problem "git-tracking: this plan wants $others deployed, and what is deployed is what this clone has. Check that out here, in place of naming it"

# refuse NODE TEXT: nothing is activated there; what others have is no worse for it. --force has it activated, which is recorded.
declare -A refused=() runs=() over=()
refuse() {
  if [ -n "$force" ]; then
    override "$1" "$2"
    return
  fi
  refused[$1]="git-tracking: $2"
  git update-ref "refs/netlib/refused/$1" "$(clean "${refused[$1]}" 900 | git hash-object -w --stdin)"
}
override() {
  note "deployed all the same: $2"
  [ -z "${runs[$1/deployed/$1]-}" ] || over[$1]=${runs[$1/deployed/$1]}
  git update-ref "refs/netlib/forced/$1" "$(clean "$2" 900 | git hash-object -w --stdin)"
}
# demand TEXT: ends the run, unless it is forced.
demand() { if [ -n "$force" ]; then override @run "$1"; else problem "$1"; fi; }

folder='' shallow='' above=''
{
  read -r top
  read -r folder
  read -r shallow
  read -r above
} < <(command git rev-parse --show-toplevel --show-prefix --is-shallow-repository --show-superproject-working-tree 2> /dev/null) || :
[ -n "${top-}" ] ||
  problem "git-tracking: the flake is not in a clone on this machine, so nothing that nodes have could be merged. Get one: nix run .#command -- network-clone root@NODE DIRECTORY"
case $top in *[!A-Za-z0-9._/@+-]*) problem "git-tracking: the folder of the clone must be letters, digits and . _ / @ + -, and is $top. Move it" ;; esac
[ -z "$above" ] ||
  problem "git-tracking: this clone is a submodule of another repository, and nodes would get only the part that lies in it. Deploy from a clone of its own"
head=$(git rev-parse -q --verify 'HEAD^{commit}') || problem "git-tracking: the repository has no commit yet. Run: git commit"
[ "$shallow" = false ] ||
  problem "git-tracking: this clone is shallow, so what nodes run cannot be compared with it. Run: git fetch --unshallow"
user=$(id -un | tr -cd 'A-Za-z0-9_-')
mail=$(command git config user.email || echo "$user@$(uname -n)")
export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL=$mail GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL=$mail
GIT_AUTHOR_NAME=$(command git config user.name || echo "$user") GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME

# --- what nodes have ---------------------------------------------------------------------------------------------------------

# What the last run has left.
git for-each-ref --format='delete %(refname)' refs/netlib/refused refs/netlib/forced refs/netlib/lost refs/netlib/over "refs/netlib/intent/$user" > "$scratch/old"
[ ! -s "$scratch/old" ] || git update-ref --stdin < "$scratch/old"

# Those that answer and are selected are in this file. Of each only its own names are taken, and no more than 4 GiB.
export GIT_SSH_COMMAND="ssh -F $NETLIB_SSH_CONFIG"
fetch() {
  ulimit -f 4194304
  timeout 300 "${safely[@]}" fetch --verbose --porcelain --no-tags --no-write-fetch-head --no-recurse-submodules --no-auto-maintenance --force \
    --upload-pack "$(server "$1" "$uploads")" "$(url_of "$1")" \
    "refs/netlib/deployed/*:refs/netlib/nodes/$1/deployed/*" "refs/netlib/log/*:refs/netlib/nodes/$1/log/*" \
    "refs/netlib/mirror/*:refs/netlib/nodes/$1/mirror/*" < /dev/null > "$scratch/fetched-$1" 2> "$scratch/said-$1" || echo failed >> "$scratch/failed-$1"
}
asked=()
for name in "${names[@]}"; do
  if is_local "$name" || grep -qx -e "Host $name" "$NETLIB_SSH_CONFIG"; then
    asked+=("$name")
    fetch "$name" &
  fi
done
wait
for name in "${asked[@]}"; do
  if [ -e "$scratch/failed-$name" ]; then
    refuse "$name" "what $name has could not be fetched: $(tail -n 1 "$scratch/said-$name"). What others deployed there might be lost. If its repository is broken, remove $bare there: it is made again from this clone, as far as that has fetched it"
  elif [ "$(wc -l < "$scratch/fetched-$name")" -gt 1000 ]; then
    # An honest one has a few. They are in the way of everybody else.
    git for-each-ref --format='delete %(refname)' "refs/netlib/nodes/$name" | git update-ref --stdin
    : > "$scratch/fetched-$name"
    refuse "$name" "$name has more than 1000 refs, which none of netlib's programs makes. Look at its $bare, or take it out of git-tracking.nodes"
  elif [ ! -s "$scratch/fetched-$name" ] && commit=$(git rev-parse -q --verify "refs/netlib/nodes/$name/deployed/$name"); then
    note "$name had a repository and has none any more: it gets it back from this clone, with its records"
    git update-ref "refs/netlib/lost/$name" "$commit"
  fi
done

# Records only grow. What a node removed of them is kept here, as a proof.
cat "${asked[@]/#/$scratch/fetched-}" < /dev/null | sed -n 's,^+ \([0-9a-f]*\) [0-9a-f]* refs/netlib/nodes/\([^/]*\)/\(log\|mirror\)/\([^/]*\)$,\1 \2 \4,p' > "$scratch/cut"
while read -r commit name other; do
  git update-ref "refs/netlib/cut/${other%%@*}/$commit" "$commit"
  note "$name has removed records of ${other%%@*} that it had before. This clone keeps them: nix run .#command -- verify"
done < "$scratch/cut"

# What somebody deployed and has taken out of the network since.
gone=$(git for-each-ref --format='%(refname:lstrip=5)' 'refs/netlib/nodes/*/mirror/*' | sed 's/@.*//' | sort -u | grep -vxF -f <(printf '%s\n' "${all_names[@]}") | head -n 5 | paste -s -d ' ' || :)
[ -z "$gone" ] || note "deployed once and in no configuration any more: $gone. To take one out of the records of the others: netlib run forget NAME"

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

# decide NODE TEXT QUESTION: whether a person says yes at a terminal, who has seen the difference. Otherwise it is refused.
decide() {
  if [ -z "$force" ] && find_terminal; then
    git --no-pager diff --no-ext-diff --no-textconv "$head...$commit" | printable | head -n 200
    if ask "$2. $3"; then return; fi
  fi
  refuse "$1" "$2. Look at it and merge it: nix run .#command -- merge-node $1. To deploy without it: netlib run deploy --force"
  return 1
}

take() {
  local node=$1 commit=$2 count unsigned tree merged what
  count=$(git rev-list --count "$commit" "^$head")
  what="$node runs $(about "$commit"), which is not in this branch"
  printf '%s runs %s not in this branch:\n' "$node" "$(plural "$count" commit)"
  git --no-pager log --format='  %h %s (%cn, %cs)' "$commit" "^$head" | printable | head -n 20
  git --no-pager diff --no-ext-diff --no-textconv --stat "$head...$commit" | printable | tail -n 20
  tree=$(git "${merging[@]}" merge-tree --write-tree --name-only --no-messages "$head" "$commit") || {
    what="$node runs $(about "$commit"), which is in conflict with this branch in $(tail -n +2 <<< "$tree" | paste -s -d ' ')"
    if [ -z "$force" ] && ask "$what. Deploy without it? What it changed is then no longer on $node"; then
      override "$node" "$what"
    else
      refuse "$node" "$what. Merge it: git merge refs/netlib/nodes/$node/deployed/$node. To deploy without it: netlib run deploy --force"
    fi
    return
  }
  unsigned=$(unsigned_in "$commit" "^$head" | tail -n 1)
  if [ -n "$unsigned" ]; then
    decide "$node" "$what, and $(about "$unsigned") is signed by none of git-tracking.signers" "Merge it? It is evaluated here and deployed everywhere" || return 0
  elif [ -z "$auto_merge" ]; then
    decide "$node" "$what" "Merge it?" || return 0
  fi
  merged=$commit
  # Where this branch has nothing of its own, there is nothing to merge.
  git merge-base --is-ancestor "$head" "$commit" || {
    find_key
    merged=$(sign commit-tree "${signs[@]}" "$tree" -p "$head" -p "$commit" -m "Merge what $node runs")
  }
  git merge --quiet --ff-only "$merged" > /dev/null 2> "$scratch/said" ||
    problem "git-tracking: what $node runs ($(about "$commit")) cannot be brought into the folder: $(head -n 1 "$scratch/said") If these are your uncommitted changes, commit or stash them"
  note "merged $(plural "$count" commit) that $node runs: $(about "$commit")"
  head=$merged
}

while read -r kind commit name; do
  [ "$kind" != commit ] || runs[$name]=$commit
done < <(git for-each-ref --format='%(objecttype) %(objectname) %(refname:lstrip=3)' 'refs/netlib/nodes/*/deployed/*')
for name in "${asked[@]}"; do
  commit=${runs[$name/deployed/$name]-}
  if [ -n "${refused[$name]-}" ] || [ -z "$commit" ] || [ "$commit" = "$head" ]; then continue; fi
  git merge-base --is-ancestor "$commit" "$head" && continue
  if is_replaced "$commit"; then
    over[$name]=$commit
    continue
  fi
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
    demand "git-tracking.requireClean: there are uncommitted changes in $(git status --porcelain --untracked-files=no | cut -c 4- | head -n 5 | paste -s -d ' '). Commit or stash them"
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
    find_key
    target=$(sign commit-tree "${signs[@]}" "$tree" -p "$head" -m "Uncommitted changes of $user on $(uname -n)")
    git update-ref --create-reflog -m 'deployed before it was committed' "$wip" "$target"
  fi
fi

if [ -n "$require_signed" ]; then
  known=()
  for name in "${asked[@]}"; do
    [ -z "${runs[$name/deployed/$name]-}" ] || known+=("^${runs[$name/deployed/$name]}")
  done
  [ ${#known[@]} != 0 ] || known=(--max-count=1)
  for one in $(unsigned_in "$target" "${known[@]}"); do
    demand "git-tracking.requireSignedCommits: $(about "$one") is signed by none of git-tracking.signers. Sign it: git commit --amend --gpg-sign"
  done
fi

# What may be gone over, in this deployment and in no other of the same clone.
for name in "${!over[@]}"; do git update-ref "refs/netlib/over/$target/$name" "${over[$name]}"; done
git update-ref --create-reflog "refs/netlib/target/$user" "$target"
printf '{"flake":"git+file://%s?ref=%s&rev=%s%s"}\n' "$top" "refs/netlib/target/$user" "$target" "${folder:+&dir=${folder%/}}" >&3
