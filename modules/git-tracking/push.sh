# shellcheck shell=bash disable=SC2154
# Before the activation of `node`: brings it the commit, under the name of the system that was made of it. Where that runs already, the
# commit is confirmed with it. Before it stand common.sh, and `mirrored`, the nodes whose records this one keeps as well.
context=$(< "$NETLIB_CONTEXT")
fail() {
  printf '{"problem":"git-tracking: %s"}\n' "$(clean "$1" 900)" >&3
  exit 1
}
# This run, what it was prepared to deploy, and its plan. What hosts say comes before that of the deployer.
run='' plan='' target='' is_approved=''
while read -r said; do
  case $said in
    '{"deployment"'*) run=${said:15:-1} ;;
    '"planDigest"'*) plan=${said:14:-1} ;;
    '"approval:'*) is_approved=yes ;;
    *) [[ $said =~ ://([A-Za-z0-9._/@+-]+)\?ref=([A-Za-z0-9._/-]+)\&rev=([0-9a-f]+) ]] && target=${BASH_REMATCH[3]} user=${BASH_REMATCH[2]##*/} top=${BASH_REMATCH[1]} ;;
  esac
done < <(grep -oE -e '^\{"deployment":"[A-Za-z0-9._-]+"' -e '"planDigest":"[0-9a-f]{64}"' -e '"approval:[^"]+":\{' -e '"flake":"git\+file:[^"]+"' "$NETLIB_CONTEXT")
[ -n "$target" ] || fail 'this run was not prepared. Deploy with the netlib command of this version'
cd "$top" || exit
# list_all: what is known by now, to files: of all nodes name, system, and the one before; of rollouts batch, digest, signature of an approval
# (`-` if there is none), and whose it is.
list_all() {
  # shellcheck disable=SC2016
  nix --extra-experimental-features nix-command eval --impure --raw --expr '
    let
      context = builtins.fromJSON (builtins.readFile (builtins.getEnv "NETLIB_CONTEXT"));
      lines = set: make: builtins.concatStringsSep "" (map (name: make name set.${name}) (builtins.attrNames set));
      bare = text: builtins.replaceStrings [ "\n" "-----BEGIN SSH SIGNATURE-----" "-----END SSH SIGNATURE-----" ] [ "" "" "" ] text;
      signatureOf = about:
        let text = bare (toString about.signature); in
        if builtins.stringLength text < 4096 && builtins.match "[A-Za-z0-9+/=]+" text != null then text else "-";
    in lines context.nodes (name: about: if about ? toplevel then "${name} ${about.toplevel} ${toString about.before}\n" else "")
      + lines (context.results or { }) (name: about: if builtins.isAttrs about then
        builtins.replaceStrings [ "\n" "\r" ] [ " " " " ] (builtins.concatStringsSep " " [ name (toString about.batch) about.digest (signatureOf about) about.by ]) + "\n"
      else "")
  ' > "$scratch/all"
  grep -v '^approval:' "$scratch/all" > "$scratch/systems" || :
  grep '^approval:' "$scratch/all" | tr -cd '\12\40-\176' | cut -c 1-4500 | sed 's/^approval:/approval /' > "$scratch/approvals" || :
}
: > "$scratch/approvals"
[ -z "$is_approved" ] || list_all
# Of this node, without a process where the text is as plain as it usually is.
if [[ $context =~ \"$node\":\{\"selected\":[^{}]*\{[^{}]*\}[^{}]*,\"toplevel\":\"([^\"]+)\",\"before\":(null|\"([^\"]*)\") ]]; then
  toplevel=${BASH_REMATCH[1]} now=${BASH_REMATCH[3]}
else
  list_all
  read -r _ toplevel now < <(grep -e "^$node " "$scratch/systems") || fail "netlib does not say which system is for $node; deploy again"
fi
system=${toplevel##*/}

# All that counts here, in one go.
declare -A ref=() parent=()
while read -r hash name before; do
  ref[$name]=$hash parent[$name]=$before
done < <(git for-each-ref --format='%(objectname) %(refname:lstrip=2) %(parent)' "refs/netlib/nodes/*/log/*" "refs/netlib/nodes/$node/mirror" \
  "refs/netlib/nodes/$node/deployed/$node" refs/netlib/refused refs/netlib/forced refs/netlib/lost "refs/netlib/over/$target" "refs/netlib/intent/$user")
if [ -n "${ref[refused/$node]-}" ]; then
  printf '{"problem":"%s"}\n' "$(clean "$(git cat-file blob "${ref[refused/$node]}")" 900)" >&3
  exit 1
fi
seen=${ref[nodes/$node/deployed/$node]-} lost=${ref[lost/$node]-}
[ -z "$lost" ] || seen=''
if [ "$now $seen" = "$toplevel $target" ]; then exit; fi

# --- the word of whoever deploys: once for all nodes of which the system is known, and again after an approval ----------------------------------------------------

git_dir=$(git rev-parse --path-format=absolute --git-common-dir)
# is_said TAG: whether it is about this run, with its commit, plan and approvals, and about this node and its system.
is_said() {
  git cat-file tag "$1" > "$scratch/tag" 2> /dev/null || return 1
  ! { printf '%s\n' "object $target" "plan $plan" "run $run" "system $node $system" && cat "$scratch/approvals"; } | grep -qvxF -f "$scratch/tag"
}
say_it() {
  local words
  list_all
  words=$(clean "$(command git config user.name || echo "$user")" 80 | tr -d '<>')
  {
    printf 'object %s\ntype commit\ntag netlib-intent\ntagger %s <%s> %s +0000\n\n' "$target" "${words:-$user}" \
      "$(clean "$(command git config user.email || echo "$user@$(uname -n)")" 120 | tr -d '<>')" "$(date +%s)"
    printf 'Deploy to %s from %s by %s\n\n' "$(cut -d ' ' -f 1 "$scratch/systems" | paste -s -d ' ')" "$(uname -n)" "$user"
    printf 'plan %s\nrun %s\n' "$plan" "$run"
    while read -r name path _; do printf 'system %s %s\n' "$name" "${path##*/}"; done < "$scratch/systems"
    cat "$scratch/approvals"
    for name in "${!ref[@]}"; do
      [[ $name != forced/* ]] || printf 'forced %s: %s\n' "${name#forced/}" "$(git cat-file blob "${ref[$name]}" | head -n 1)"
    done
  } > "$scratch/intent"
  if with_key sign_file "$scratch/intent"; then
    cat "$scratch/intent.sig" >> "$scratch/intent"
  else
    printf '{"note":"this deployment is not signed: none of your SSH keys is among git-tracking.signers, or can be used without a passphrase"}\n' >&3
  fi
  tag=$(git hash-object -t tag -w --stdin < "$scratch/intent")
  git update-ref "refs/netlib/intent/$user" "$tag"
}
exec 9> "$git_dir/netlib-intent.lock"
flock 9
tag=$(git rev-parse -q --verify "refs/netlib/intent/$user" || :)
if [ -z "$tag" ] || ! is_said "$tag"; then say_it; fi
exec 9>&-

# --- what goes there ------------------------------------------------------------------------------------------------------------------

specs=("+$tag:refs/netlib/next/$system") lease=()
for base in "$seen" "$lost"; do
  if [ -z "$base" ] || git merge-base --is-ancestor "$base" "$target"; then continue; fi
  [ "${ref[over/$target/$node]-}" = "$base" ] || fail "what $node runs is not in this deployment, and nothing was decided about it. Another run in this clone may have begun meanwhile: deploy again"
  specs+=("+$base:refs/netlib/over/$system")
done
if [ "$now" = "$toplevel" ]; then
  # A plus before the first one would make nothing of the lease.
  specs+=("$target:refs/netlib/deployed/$node" "+$target:refs/netlib/systems/$system" "+$target:refs/heads/main")
  lease=("--force-with-lease=refs/netlib/deployed/$node:$seen")
fi
# A repository that was lost: the records of the node itself, and the commit that it runs.
if [ -n "$lost" ]; then
  for name in "${!ref[@]}"; do
    [[ $name != nodes/"$node"/log/"$node" && $name != nodes/"$node"/log/"$node"@* ]] || specs+=("${ref[$name]}:refs/netlib/log/${name##*/}")
  done
  if [ "$now" != "$toplevel" ]; then specs+=("$lost:refs/netlib/deployed/$node" "$lost:refs/netlib/systems/${now##*/}" "$lost:refs/heads/main"); fi
fi
# What others have signed is kept here as well, so that nobody can cut his own records without a trace: they only ever grow.
for who in "${mirrored[@]}"; do
  # The newest of its parts, however many it says that there are.
  while read -r name; do
    other=${name##*/} kept=${ref[nodes/$node/mirror/${name##*/}]-}
    if [ "$kept" = "${ref[$name]}" ]; then continue; fi
    if [ -z "$kept" ] || [ "${parent[$name]}" = "$kept" ] || git merge-base --is-ancestor "$kept" "${ref[$name]}" 2> /dev/null; then
      specs+=("+${ref[$name]}:refs/netlib/mirror/$other")
    fi
  done < <(printf '%s\n' "${!ref[@]}" | grep -E -e "^nodes/$who/log/$who(@[0-9]{1,9})?$" | sort -V | tail -n 16)
done
export GIT_SSH_COMMAND="ssh -F $NETLIB_SSH_CONFIG"
if ! timeout 500 "${safely[@]}" push --quiet --atomic "${lease[@]}" --receive-pack "$(server "$node" "$toplevel/etc/netlib/git-receive")" "$(url_of "$node")" "${specs[@]}" 2> "$scratch/said"; then
  printable < "$scratch/said" | tail -n 20 >&2
  said="$node did not take the commit: $(grep -v '^$' "$scratch/said" | tail -n 1)"
  if [ -n "${ref[forced/$node]-}" ]; then
    printf '{"note":"git-tracking: %s. It is deployed all the same, and no record is made there"}\n' "$(clean "$said" 700)" >&3
    exit
  fi
  fail "$said. If its repository is broken, remove $bare there: it is made again from this clone"
fi
# git does not mind how the other side ended.
if grep -qx 'git-tracking: no record' "$scratch/said"; then
  fail "$node has the commit, and no record of it: $(head -n 1 "$scratch/said"). The next deployment makes it"
fi
