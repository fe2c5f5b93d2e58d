# shellcheck shell=bash disable=SC2034,SC2154
# What git of a deployer talks to on a node, as root. Before it stand `node` and, for what serves, `served`: upload-pack or receive-pack.
umask 077
repository=$1 deployed=refs/netlib/deployed/$node
git() { command git -c core.hooksPath=/dev/null "$@"; }

# settle: the node may run another system than was confirmed last, after a rollback by hand or in its boot menu: what it runs counts.
settle() {
  local profile running now='' mine='' hash ref system who when
  profile=$(readlink -f /nix/var/nix/profiles/system) running=$(readlink -f /run/current-system)
  while read -r hash ref; do
    case $ref in
      "$deployed") now=$hash ;;
      "refs/netlib/systems/${profile##*/}") mine=$hash ;;
    esac
    known+=" $hash:$ref"
  done < <(git for-each-ref --format='%(objectname) %(refname)' "$deployed" "refs/netlib/systems/${profile##*/}" "refs/netlib/systems/${running##*/}")
  if [ -z "$mine" ] || [ -z "$now" ] || [[ "$known " == *" $now:refs/netlib/systems/"* ]]; then return; fi
  printf 'update %s %s\n' "$deployed" "$mine" refs/heads/main "$mine" | git update-ref --stdin
  system=${profile##*/} who='somebody on the machine' when=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  tell "$mine"
}

case $served in
  upload-pack)
    if [ ! -d "$repository" ]; then
      printf 0000 && cat > /dev/null
      exit
    fi
    export GIT_DIR=$repository
    known=
    settle || :
    exec git upload-pack "$repository"
    ;;
  receive-pack)
    if [ ! -d "$repository" ]; then
      mkdir -p "${repository%/*}"
      git init -q --bare "$repository"
    fi
    git -c receive.fsckObjects=true -c receive.autogc=false -c core.fsync=committed,loose-object,reference receive-pack "$repository"
    # The same system of another commit is confirmed with it.
    export GIT_DIR=$repository
    profile=$(readlink -f /nix/var/nix/profiles/system || :) system=${profile##*/}
    now=$(git rev-parse -q --verify "$deployed" || :)
    if [ -n "$now" ] && [ "$now" = "$(git rev-parse -q --verify "refs/netlib/systems/$system")" ] && ! grep -qxF -e "commit=$now" "${repository%/*}/deployment"; then
      who=$(text "$(git cat-file tag "refs/netlib/next/$system" | sed -n 's/^tagger \(.*\) <.*/\1/p')" 80) when=$(date -u +%Y-%m-%dT%H:%M:%SZ)
      tell "$now"
    fi 2> /dev/null
    ;;
esac
