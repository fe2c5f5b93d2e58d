# shellcheck shell=bash disable=SC2034,SC2154
# Commands about the records that nodes keep of their deployments, as this clone has fetched them. Before it stand common.sh and
# `approvers_text`, keys of those who approve, each as ROLLOUT/NAME.
printf '%s' "$approvers_text" > "$scratch/approvers"
fail() {
  printf '%s\n' "$1" >&2
  exit 1
}
known() { [[ " ${names[*]} " == *" $1 "* ]] || fail "there is no node \`$1\` that keeps the repository. There are: ${names[*]}"; }
# parts_of NODE: refs of its records, the newest first: a node begins another part now and then, and lets old ones go.
parts_of() { git for-each-ref --sort=-version:refname --format='%(refname)' "refs/netlib/nodes/$1/log/$1" "refs/netlib/nodes/$1/log/$1@*"; }
# first_of PART: the number in its name, which the node has chosen.
first_of() { if [[ $1 =~ @([1-9][0-9]{0,8})$ ]]; then echo "${BASH_REMATCH[1]}"; else echo 1; fi; }

# field NAME: of the statement, whatever its node has written there; sets `value`. All that is not printable ASCII goes, and so does what JSON escapes.
field() {
  value=
  if [[ $statement =~ (^|$'\n')\ \ \"$1\":\ (\"([^\"$'\n']*)\"|([0-9]{1,9})),?($'\n'|$) ]]; then value=${BASH_REMATCH[3]}${BASH_REMATCH[4]}; fi
  value=${value//[^[:print:]]/} value=${value//\\/} value=${value:0:200}
}

# load RECORD [NODE]: its parts, as files and variables; a record of NODE is nobody else's. An intent has a line for each node of the network.
load() {
  local part file of_run=''
  for part in statement.json:statement:16384 statement.json.sig:signature:16384 intent:intent:500000; do
    file=${part#*:}
    git cat-file blob "$1:${part%%:*}" 2> /dev/null | head -c "${part##*:}" | tr -d '\0' > "$scratch/${file%:*}" || :
  done
  statement=$(< "$scratch/statement") intent=$(< "$scratch/intent")
  for part in result:result commit:commit time:when system:system counter:counter over:over node:of_node before:before_it \
    plan:plan deployment:run by:by began:began previous:previous intent:intent_id log:log_id; do
    field "${part%:*}"
    printf -v "${part#*:}" '%s' "$value"
  done
  # They become arguments of git.
  [[ $commit =~ ^[0-9a-f]{40,64}$ ]] || commit=
  [[ $over =~ ^[0-9a-f]{40,64}$ ]] || over=
  of_node=${2:-$of_node} who='' said='' subject='' intended='' is_meant=''
  if [[ $intent =~ (^|$'\n')tagger\ ([^<$'\n']*)\ \< ]]; then who=${BASH_REMATCH[2]} who=$(clean "$who" 80); fi
  if [[ $intent =~ [[:cntrl:]]plan\ ([0-9a-f]{64})[[:cntrl:]] ]]; then intended=${BASH_REMATCH[1]}; fi
  if [[ $intent =~ [[:cntrl:]]run\ ([A-Za-z0-9._-]*)[[:cntrl:]] ]]; then of_run=${BASH_REMATCH[1]}; fi
  # Without a signature it is the node that says who it was.
  if ! is_intent_signed; then
    who=${who:-$by} who=${who:+$who, not signed}
  elif [ "$of_run" != "$run" ]; then
    who+=', signed for another run'
  else
    is_meant=yes
  fi
}
# describe: for people, besides.
describe() {
  said=$(clean "$(sed -n '/^$/,/^-----BEGIN/p' "$scratch/intent" | grep -v -e '^$' -e '^-----' | head -n 1)" 200)
  from=${said##* from } from=${from%% by *}
  [ -z "$commit" ] || subject=$(clean "$(git log -1 --format=%s "$commit" 2> /dev/null)" 100)
}
# detail: how long it took, and of pauses that it came behind, as its deployer says: rollout, batch, plan, who has signed or `-`, and by whom.
detail() {
  local rollout batch digest signature name signer by_whom
  took=
  if [ -n "$began" ] && began=$(date -d "$began" +%s 2> /dev/null) && took=$(date -d "$when" +%s 2> /dev/null); then took=$((took - began)); fi
  while read -r _ rollout batch digest signature by_whom; do
    signer=-
    [[ $rollout =~ ^[A-Za-z0-9_.-]{1,100}$ && $batch =~ ^[0-9]{1,6}$ && $digest =~ ^[0-9a-f]{1,64}$ ]] || continue
    printf 'network=%s\nrollout=%s\ndigest=%s\nbatch=%s\n' "${namespace#*@}" "$rollout" "$digest" "$batch" > "$scratch/approval"
    { echo '-----BEGIN SSH SIGNATURE-----' && fold -w 70 <<< "$signature" && echo '-----END SSH SIGNATURE-----'; } > "$scratch/approval.sig"
    while [ "$signature" != - ] && read -r name _; do
      if ssh-keygen -Y verify -q -f "$scratch/approvers" -I "$name" -n netlib-approval -s "$scratch/approval.sig" < "$scratch/approval" > /dev/null 2>&1; then
        signer=${name#*/}
        break
      fi
    done < <(grep -e "^$rollout/" "$scratch/approvers" || :)
    printf '%s %s %s %s %s\n' "$rollout" "$batch" "$digest" "$signer" "$(clean "$by_whom" 80)"
  done < <([ -z "$is_meant" ] || grep '^approval ' "$scratch/words" | head -n 16) > "$scratch/approved"
}

# is_intent_signed: whether one of the signers has said that this commit is to run on this node.
is_intent_signed() {
  local person
  sed '/^-----BEGIN SSH SIGNATURE-----/,$d' "$scratch/intent" > "$scratch/words"
  sed -n '/^-----BEGIN SSH SIGNATURE-----/,$p' "$scratch/intent" > "$scratch/words.sig"
  [[ $intent == "object $commit"$'\n'"type commit"$'\n'"tag netlib-intent"$'\n'* ]] && [ -s "$scratch/words.sig" ] && grep -qxF -e "system $of_node $system" "$scratch/words" || return 1
  person=$(ssh-keygen -Y find-principals -f "$scratch/signers" -s "$scratch/words.sig" 2> /dev/null | head -n 1)
  [ -n "$person" ] && ssh-keygen -Y verify -q -f "$scratch/signers" -I "$person" -n git -s "$scratch/words.sig" < "$scratch/words" > /dev/null 2>&1 || return 1
  who=$person
}

records() {
  local name part since=$1
  shift
  for name in "$@"; do
    for part in $(parts_of "$name"); do
      git rev-list ${since:+--since="$since"} "$part" | while read -r record; do printf '%s %s\n' "$name" "$record"; done
    done
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
    load "$record" "$name"
    describe
    if [ -n "$as_json" ]; then
      detail
      printf '%s\n{"id":"%s","node":"%s","time":"%s","result":"%s","commit":"%s","subject":"%s","who":"%s","from":"%s","system":"%s","previous":"%s","over":"%s"' \
        "$separator" "$record" "$name" "$when" "$result" "$commit" "$subject" "$who" "$from" "$system" "$previous" "$over"
      printf ',"plan":"%s","run":"%s","seconds":%s,"approvals":[%s]}' "$plan" "$run" "${took:-null}" \
        "$(sed 's/\([^ ]*\) \([^ ]*\) \([^ ]*\) \([^ ]*\) \(.*\)/{"rollout":"\1","batch":\2,"plan":"\3","signedBy":"\4","by":"\5"}/; s/"signedBy":"-"/"signedBy":null/' "$scratch/approved" | paste -s -d ,)"
      separator=,
    else
      printf '%s  %s  %-12s %-10s %.10s  %s  (%s)%s\n' "${record:0:10}" "$when" "$name" "$result" "$commit" "$subject" "${who:-unknown}" \
        "${over:+ in place of ${over:0:10}}"
    fi
  done < <(records "$since" "${nodes[@]}")
  [ -z "$as_json" ] || printf '%s]\n' "$([ "$separator" = , ] || echo '[')"
}

who() {
  [ $# = 1 ] || fail 'usage: who NODE'
  known "$1"
  [ -n "$(parts_of "$1")" ] || fail "there is no record of $1 in this clone. The next deployment fetches them"
  while read -r record; do
    load "$record" "$1"
    describe
    case $result in confirmed | rollback) ;; *) continue ;; esac
    printf '%s runs %.10s "%s"\nsince %s, deployed by %s\n%s\n' "$1" "$commit" "$subject" "$when" "${who:-somebody unknown}" "$said"
    return
  done < <(records '' "$1" | cut -d ' ' -f 2)
  fail "no deployment of $1 was confirmed"
}

show() {
  local record rollout batch digest signer by_whom
  [ $# = 1 ] || fail 'usage: show ID, as history prints it'
  [[ $1 =~ ^[0-9a-f]{4,64}$ ]] || fail "\`$1\` is no id of a record"
  record=$(git rev-parse -q --verify "$1^{commit}" 2> /dev/null || :)
  git cat-file -e "$record:statement.json" 2> /dev/null || fail "there is no record $1"
  load "$record"
  describe
  detail
  tr -cd '\11\12\40-\176' < "$scratch/statement"
  printf '\n%s\nsaid by %s%s:\n' "${took:+took $(plural "$took" second)}" "${who:-nobody}" "${said:+: $said}"
  # What was said about the other nodes is that of others.
  sed -n '/^$/,/^-----BEGIN/p' "$scratch/intent" | grep -E -e '^(plan|run|forced) ' -e "^system $of_node " | printable | head -n 50 || :
  while read -r rollout batch digest signer by_whom; do
    printf 'rollout %s, after batch %s, plan %s: approved by %s, %s\n' "$rollout" "$batch" "$digest" "$by_whom" \
      "$([ "$signer" = - ] && echo 'as its coordinator claims' || echo "signed by $signer")"
  done < "$scratch/approved"
  echo 'log:'
  git cat-file blob "$record:log" 2> /dev/null | head -c 16384 | printable
}

# is_signed_by NODE: whether its host key has signed the record that is loaded.
is_signed_by() {
  ssh-keygen -Y verify -q -f "$scratch/hosts" -I "$1" -n "$namespace" -s "$scratch/signature" < "$scratch/statement" > /dev/null 2>&1
}

# judge NODE RECORD NUMBER BEFORE: whether the node has signed it, as its record of that number.
judge() {
  load "$2"
  grep -q -e "^$1 " "$scratch/hosts" || { echo "not to be checked: the host key of $1 has not been gathered. Run: netlib facts gather" && return; }
  is_signed_by "$1" || { echo "not signed by the host key of $1" && return; }
  [ "$of_node" = "$1" ] || { echo "of another node: $of_node" && return; }
  [ "$counter" = "$3" ] || { echo "number $counter where $3 belongs" && return; }
  [ "$before_it" = "$4" ] || { echo "after another record than it says" && return; }
  [ "$intent_id $log_id" = "$(git rev-parse "$2:intent" "$2:log" 2> /dev/null | paste -s -d ' ')" ] || { echo "with another intent or log than it says" && return; }
  [ "$plan" = "$intended" ] || echo "of another plan than its deployer said"
}

# follow NODE: judges its records, the oldest first; sets `number` to that of the last one, `first` to that of the first one.
follow() {
  local part before='' record at wrong=''
  number=0 first=0
  for part in $(parts_of "$1" | tac); do
    at=$(first_of "$part")
    if [ "$first" = 0 ]; then
      first=$at number=$((at - 1))
    elif [ "$at" != $((number + 1)) ]; then
      printf '%s: its records %s to %s are missing\n' "$1" $((number + 1)) $((at - 1))
      return 1
    fi
    while read -r record; do
      number=$((number + 1))
      # Of what was let go, nobody here knows what came before it.
      if [ "$number" = "$first" ]; then before=$(git show "$record:statement.json" 2> /dev/null | sed -n 's/^  "before": "\([0-9a-f]*\)",$/\1/p'); fi
      wrong=$(judge "$1" "$record" "$number" "$before")
      if [ -n "$wrong" ]; then
        printf '%s: record %s is %s\n' "$1" "${record:0:10}" "$wrong"
        return 1
      fi
      before=$record
    done < <(git rev-list --reverse "$part")
  done
}

# suspect NODE REF WHO: a record that was the last one once, and that someone keeps. Sets `wrong` if it is not there any more, and should be.
suspect() {
  local at part
  load "$2"
  if ! is_signed_by "$1"; then
    printf '%s: what %s keeps as a record of it is not signed by its host key: %s\n' "$1" "$3" "$(git rev-parse --short "$2")"
    return 1
  fi
  for part in $(parts_of "$1"); do
    if git merge-base --is-ancestor "$2" "$part"; then return; fi
  done
  # Let go in due time, or because there are many.
  at=$(date -d "$when" +%s 2> /dev/null || echo 0)
  if [ "${counter:-0}" -lt "$first" ] && { [ $(($(date +%s) - at)) -gt $((keep * 9 / 10)) ] || [ $((number - first + 1)) -ge $((most / 2)) ]; }; then return; fi
  printf '%s: its records were cut or changed: %s keeps one that they lack, %s\n' "$1" "$3" "$(git rev-parse --short "$2")"
  return 1
}

verify() {
  local name problem=0 ref by number first wrong
  for name in "${names[@]}"; do
    if [ -z "$(parts_of "$name")" ]; then
      echo "$name: no records in this clone"
      continue
    fi
    wrong=
    follow "$name" || wrong=yes
    while read -r ref; do
      by=${ref#refs/netlib/nodes/} by=${by%%/*}
      [[ $ref == refs/netlib/nodes/* ]] || by="this clone"
      suspect "$name" "$ref" "$by" || wrong=yes
    done < <(git for-each-ref --format='%(refname)' "refs/netlib/nodes/*/mirror/$name" "refs/netlib/nodes/*/mirror/$name@*" "refs/netlib/cut/$name")
    if [ -n "$wrong" ]; then
      problem=1
    elif [ "$first" = 1 ]; then
      echo "$name: $(plural "$number" record), each signed by its host key"
    else
      echo "$name: records $first to $number, each signed by its host key; those before were discarded"
    fi
  done
  return "$problem"
}

# network_clone: what the clone here has already counts; of the rest every commit has to be signed, or a person takes it.
network_clone() {
  local commit here base='' unsigned one folder=${2-}
  give_up() {
    cd - > /dev/null || exit
    rm -rf -- "$folder"
    fail "$1"
  }
  [ $# = 2 ] || fail 'usage: network-clone root@NODE DIRECTORY'
  case $1 in -*) fail 'usage: network-clone root@NODE DIRECTORY' ;; esac
  [ ! -e "$folder" ] || fail "$folder is there already"
  here=$(git rev-parse --path-format=absolute --git-common-dir 2> /dev/null || :)
  [ -z "$here" ] || base=$(git rev-parse -q --verify 'HEAD^{commit}' || :)
  git init -q -b main -- "$folder"
  cd -- "$folder" || exit
  ulimit -f 4194304
  git fetch --quiet --no-tags "$1:$bare" '+refs/heads/*:refs/remotes/network/*' '+refs/netlib/deployed/*:refs/netlib/fetched/*' ||
    give_up "$1 did not give its repository; see above"
  commit=$(git rev-parse -q --verify 'refs/remotes/network/main^{commit}') || give_up "$1 keeps no commit"
  if [ -n "$base" ]; then
    git fetch --quiet --no-tags "$here" "$base"
    git merge-base "$base" "$commit" > /dev/null || base=
  fi
  mapfile -t unsigned < <(unsigned_in "$commit" ${base:+"^$base"})
  if [ ${#unsigned[@]} != 0 ]; then
    printf 'Of %s%s none of git-tracking.signers has signed %s:\n' "$(plural "$(git rev-list --count "$commit" ${base:+"^$base"})" commit)" \
      "${base:+ that the clone here lacks}" "${#unsigned[@]}" >&2
    for one in "${unsigned[@]:0:20}"; do printf '  %s\n' "$(about "$one")"; done >&2
    { [ -t 0 ] && read -r -p 'Take them all the same? Look at them before you deploy them [y/N] ' answer && [ "$answer" = y ]; } || give_up 'nothing was cloned'
  fi
  git reset -q --hard "$commit"
  printf 'cloned %s into %s\n' "$(about "$commit")" "$folder"
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
  git --no-pager log --show-signature -p --stat "$commit" ^HEAD | printable
  [ -t 0 ] || fail "merging this is a decision of a person at a terminal: git merge $commit"
  read -r -p "Merge this into your branch? It is deployed everywhere then. [y/N] " answer
  [ "$answer" = y ] || fail 'nothing was merged'
  find_key
  sign "${merging[@]}" merge --no-edit -m "Merge what $1 runs" "$commit"
}
