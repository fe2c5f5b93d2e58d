# shellcheck shell=bash disable=SC2154
# Before the activation of `node`: brings it the commit, under the name of the system that was made of it. Where that runs already, the
# commit is confirmed with it. Before it stands common.sh.
context=$(< "$NETLIB_CONTEXT")
# What this run was prepared to deploy.
[[ $context =~ \"flake\":\"git\+file://([A-Za-z0-9._/@+-]+)\?ref=([A-Za-z0-9._/-]+)\&rev=([0-9a-f]+) ]] || { echo 'git-tracking: this run was not prepared' >&2 && exit 1; }
target=${BASH_REMATCH[3]} intent=refs/netlib/intent/${BASH_REMATCH[2]##*/}
cd "${BASH_REMATCH[1]}" || exit
if git rev-parse -q --verify "refs/netlib/refused/$node" > /dev/null; then
  printf '{"problem":"%s"}\n' "$(clean "$(git cat-file blob "refs/netlib/refused/$node")" 900)" >&3
  exit 1
fi
# shellcheck disable=SC2016
{ read -r toplevel && read -r now; } < <(node=$node nix --extra-experimental-features nix-command eval --impure --raw --expr '
  let about = (builtins.fromJSON (builtins.readFile (builtins.getEnv "NETLIB_CONTEXT"))).nodes.${builtins.getEnv "node"};
  in "${about.toplevel}\n${toString about.before}\n"
') || { printf '{"problem":"git-tracking: netlib does not say which system is for %s; deploy again"}\n' "$node" >&3 && exit 1; }
system=${toplevel##*/}
# The word of the deployer, unless another run of the same user has said something else meanwhile.
tag=$(git rev-parse "$intent")
[ "$(git rev-parse "$tag^{commit}")" = "$target" ] || tag=$target
seen=$(git rev-parse -q --verify "refs/netlib/nodes/$node/deployed/$node^{commit}" || :)
if [ "$now $seen" = "$toplevel $target" ]; then exit; fi

specs=("+$tag:refs/netlib/next/$system") lease=()
if [ -n "$seen" ] && ! git merge-base --is-ancestor "$seen" "$target"; then specs+=("+$seen:refs/netlib/over/$system"); fi
if [ "$now" = "$toplevel" ]; then
  specs+=("+$target:refs/netlib/deployed/$node" "+$target:refs/netlib/systems/$system" "+$target:refs/heads/main")
  lease=("--force-with-lease=refs/netlib/deployed/$node:$seen")
fi
# What others have signed is kept here as well, so that nobody can cut his own records without a trace.
while read -r ref; do
  other=${ref##*/}
  [ "$other" = "$node" ] || [ "$ref" != "refs/netlib/nodes/$other/log/$other" ] || specs+=("+$ref:refs/netlib/mirror/$other")
done < <(git for-each-ref --format='%(refname)' 'refs/netlib/nodes/*/log/*')
export GIT_SSH_COMMAND="ssh -F $NETLIB_SSH_CONFIG"
if ! timeout 500 git push --quiet --atomic "${lease[@]}" --receive-pack "$(server "$node" "$toplevel/etc/netlib/git-receive")" "$(url_of "$node")" "${specs[@]}" 2> "$scratch/said"; then
  tr -cd '\11\12\40-\176\200-\377' < "$scratch/said" | tail -n 20 >&2
  printf '{"problem":"git-tracking: %s did not take the commit: %s. If its repository is broken, remove %s there: it is made again from this clone"}\n' \
    "$node" "$(clean "$(grep -v '^$' "$scratch/said" | tail -n 1)")" "$bare" >&3
  exit 1
fi
