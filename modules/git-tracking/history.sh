# shellcheck shell=bash disable=SC2154
# Commands about the records that nodes keep of their deployments, as this clone has fetched them. Before it stands common.sh.
fail() {
  printf '%s\n' "$1" >&2
  exit 1
}
known() { [[ " ${names[*]} " == *" $1 "* ]] || fail "there is no node \"$1\" that keeps the repository. There are: ${names[*]}"; }
log_of() { echo "refs/netlib/nodes/$1/log/$1"; }

# field NAME FILE: of a statement, whatever its node has written there.
field() { clean "$(sed -n -e "s/^  \"$1\": \"\([^\"]*\)\",\{0,1\}\$/\1/p" -e "s/^  \"$1\": \([0-9]*\),\{0,1\}\$/\1/p" "$2" | head -n 1)" 200; }
part() { git show "$1:$2" 2> /dev/null | head -c 16384; }

# load RECORD: its parts, as files and variables.
load() {
  part "$1" statement.json > "$scratch/statement"
  part "$1" statement.json.sig > "$scratch/signature"
  part "$1" intent > "$scratch/intent"
  result=$(field result "$scratch/statement") commit=$(field commit "$scratch/statement") when=$(field time "$scratch/statement")
  system=$(field system "$scratch/statement") counter=$(field counter "$scratch/statement")
  who=$(clean "$(sed -n 's/^tagger \(.*\) <.*/\1/p' "$scratch/intent")" 80)
  said=$(clean "$(sed -n '/^$/,/^-----BEGIN/p' "$scratch/intent" | grep -v -e '^$' -e '^-----' | head -n 1)" 200)
  subject=$(clean "$(git log -1 --format=%s "$commit" 2> /dev/null)" 100)
}

records() {
  local name since=$1
  shift
  for name in "$@"; do
    git rev-list ${since:+--since="$since"} "$(log_of "$name")" 2> /dev/null | while read -r record; do printf '%s %s\n' "$name" "$record"; done
  done
}

history() {
  local nodes=() since='' as_json='' separator='['
  while [ $# != 0 ]; do
    case $1 in
      --since) since=$2 && shift ;;
      --since=*) since=${1#*=} ;;
      --json) as_json=yes ;;
      -*) fail 'usage: history [NODE]... [--since DATE] [--json]' ;;
      *) known "$1" && nodes+=("$1") ;;
    esac
    shift
  done
  [ ${#nodes[@]} != 0 ] || nodes=("${names[@]}")
  while read -r name record; do
    load "$record"
    if [ -n "$as_json" ]; then
      printf '%s\n{"id":"%s","node":"%s","time":"%s","result":"%s","commit":"%s","subject":"%s","who":"%s","system":"%s"}' "$separator" \
        "$record" "$name" "$when" "$result" "$commit" "$subject" "$who" "$system"
      separator=,
    else
      printf '%s  %s  %-12s %-10s %.10s  %s  (%s)\n' "${record:0:10}" "$when" "$name" "$result" "$commit" "$subject" "${who:-unknown}"
    fi
  done < <(records "$since" "${nodes[@]}")
  [ -z "$as_json" ] || printf '%s]\n' "$([ "$separator" = , ] || echo '[')"
}

who() {
  [ $# = 1 ] || fail 'usage: who NODE'
  known "$1"
  git rev-parse -q --verify "$(log_of "$1")" > /dev/null || fail "there is no record of $1 in this clone. The next deployment fetches them"
  while read -r record; do
    load "$record"
    case $result in confirmed | rollback) ;; *) continue ;; esac
    printf '%s runs %.10s "%s"\nsince %s, deployed by %s\n%s\n' "$1" "$commit" "$subject" "$when" "${who:-somebody unknown}" "$said"
    return
  done < <(git rev-list "$(log_of "$1")")
  fail "no deployment of $1 was confirmed"
}

show() {
  local record
  [ $# = 1 ] || fail 'usage: show ID, as history prints it'
  [[ $1 =~ ^[0-9a-f]{4,64}$ ]] || fail "\"$1\" is no id of a record"
  record=$(git rev-parse -q --verify "$1^{commit}" 2> /dev/null || :)
  git cat-file -e "$record:statement.json" 2> /dev/null || fail "there is no record $1"
  load "$record"
  tr -cd '\11\12\40-\176' < "$scratch/statement"
  printf '\nintent of %s: %s\nlog:\n' "${who:-nobody}" "$said"
  part "$record" log | tr -cd '\11\12\40-\176\200-\377'
}

# judge NODE RECORD NUMBER BEFORE: whether the node has signed it, as its record of that number.
judge() {
  load "$2"
  grep -q -e "^$1 " "$scratch/hosts" || { echo "not to be checked: the host key of $1 has not been gathered. Run: netlib facts gather" && return; }
  ssh-keygen -Y verify -q -f "$scratch/hosts" -I "$1" -n "$namespace" -s "$scratch/signature" < "$scratch/statement" > /dev/null 2>&1 ||
    { echo "not signed by the host key of $1" && return; }
  [ "$(field node "$scratch/statement")" = "$1" ] || { echo "of another node: $(field node "$scratch/statement")" && return; }
  [ "$counter" = "$3" ] || { echo "number $counter where $3 belongs" && return; }
  [ "$(field before "$scratch/statement")" = "$4" ] || echo "after another record than it says"
}

verify() {
  local name number before wrong problem=0 mirror other
  for name in "${names[@]}"; do
    if ! git rev-parse -q --verify "$(log_of "$name")" > /dev/null; then
      echo "$name: no records in this clone"
      continue
    fi
    number=0 before='' wrong=
    while read -r record; do
      number=$((number + 1))
      wrong=$(judge "$name" "$record" "$number" "$before")
      if [ -n "$wrong" ]; then
        printf '%s: record %s is %s\n' "$name" "${record:0:10}" "$wrong"
        problem=1
        break
      fi
      before=$record
    done < <(git rev-list --reverse "$(log_of "$name")")
    while read -r mirror; do
      other=${mirror#refs/netlib/nodes/} other=${other%%/*}
      git merge-base --is-ancestor "$mirror" "$(log_of "$name")" 2> /dev/null && continue
      printf '%s: its records were cut or changed: %s keeps one that they lack, %s\n' "$name" "$other" "$(git rev-parse --short "$mirror")"
      problem=1
    done < <(git for-each-ref --format='%(refname)' "refs/netlib/nodes/*/mirror/$name")
    [ -n "$wrong" ] || echo "$name: $number records, each signed by its host key"
  done
  return "$problem"
}

network_clone() {
  local commit
  [ $# = 2 ] || fail 'usage: network-clone root@NODE DIRECTORY'
  case $1 in -*) fail 'usage: network-clone root@NODE DIRECTORY' ;; esac
  [ ! -e "$2" ] || fail "$2 is there already"
  git init -q -b main -- "$2"
  cd -- "$2" || exit
  git fetch --quiet --no-tags "$1:$bare" '+refs/heads/*:refs/remotes/network/*' '+refs/netlib/deployed/*:refs/netlib/fetched/*' || {
    cd - > /dev/null && rm -rf -- "$2"
    fail "$1 did not give its repository; see above"
  }
  commit=$(git rev-parse -q --verify 'refs/remotes/network/main^{commit}') || fail "$1 keeps no commit"
  if [ -s "$scratch/signers" ] && ! is_signed "$commit"; then
    printf '%s is signed by none of git-tracking.signers.\n' "$(about "$commit")" >&2
    { [ -t 0 ] && read -r -p 'Take it all the same? Look at it before you deploy it [y/N] ' answer && [ "$answer" = y ]; } || {
      cd - > /dev/null && rm -rf -- "$2"
      fail 'nothing was cloned'
    }
  fi
  git reset -q --hard "$commit"
  printf 'cloned %s into %s\n' "$(about "$commit")" "$2"
}

merge_node() {
  local commit
  [ $# = 1 ] || fail 'usage: merge-node NODE'
  known "$1"
  commit=$(git rev-parse -q --verify "refs/netlib/nodes/$1/deployed/$1^{commit}") || fail "this clone has fetched nothing of $1. A deployment does"
  if git merge-base --is-ancestor "$commit" HEAD; then
    echo "all that $1 runs is in this branch"
    return
  fi
  git --no-pager log --show-signature -p --stat "$commit" ^HEAD | tr -cd '\11\12\40-\176\200-\377'
  [ -t 0 ] || fail "merging this is a decision of a person at a terminal: git merge $commit"
  read -r -p "Merge this into your branch? It is deployed everywhere then. [y/N] " answer
  [ "$answer" = y ] || fail 'nothing was merged'
  find_key
  sign "${merging[@]}" merge --no-edit -m "Merge what $1 runs" "$commit"
}
