# shellcheck shell=bash disable=SC2034,SC2154
# What git of a deployer talks to on a node, as root. Before it stand node.sh, for the system that boots here, and for what serves `served`:
# upload-pack or receive-pack.

# settle: the node may run another system than was confirmed last, after a rollback by hand or in its boot menu: what it runs counts.
settle() {
  local running now='' mine='' hash ref who when known=''
  running=$(readlink -f /run/current-system)
  while read -r hash ref; do
    case $ref in
      "$deployed") now=$hash ;;
      "refs/netlib/systems/$system") mine=$hash ;;
    esac
    known+=" $hash:$ref"
  done < <(git for-each-ref --format='%(objectname) %(refname)' "$deployed" "refs/netlib/systems/$system" "refs/netlib/systems/${running##*/}")
  if [ -z "$mine" ] || [ -z "$now" ] || [[ "$known " == *" $now:refs/netlib/systems/"* ]]; then return; fi
  printf 'update %s %s\n' "$deployed" "$mine" refs/heads/main "$mine" | git update-ref --stdin
  who='somebody on the machine' when=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  tell "$mine"
}

# catch_up: a commit of the system that runs already is confirmed by its push, which nobody activates. Its record is made here, at the latest
# by the next deployment.
catch_up() {
  local now
  now=$(id_of "$deployed")
  if [ -z "$now" ] || [ "$now" != "$(id_of "refs/netlib/systems/$system")" ] || [ "$now" != "$(id_of "refs/netlib/next/$system")" ] ||
    grep -qsxF -e "commit=$now" "${GIT_DIR%/*}/deployment"; then return; fi
  NETLIB_DEPLOY=$(git cat-file tag "refs/netlib/next/$system" | sed -n 's/^run \([A-Za-z0-9._-]\{1,100\}\)$/\1/p')
  write confirmed "$now"
  tell "$now"
  tidy
}

case $served in
  upload-pack)
    if [ ! -d "$GIT_DIR" ]; then
      printf 0000 && cat > /dev/null
      exit
    fi
    # The shell minds failures in there as long as nobody asks for the status at once.
    {
      settle
      catch_up
    } > /dev/null < /dev/null &
    wait "$!" || :
    exec git upload-pack "$GIT_DIR"
    ;;
  receive-pack)
    if [ ! -d "$GIT_DIR" ]; then
      mkdir -p "${GIT_DIR%/*}"
      git init -q --bare "$GIT_DIR"
    fi
    git -c receive.fsckObjects=true -c receive.autogc=false receive-pack "$GIT_DIR"
    catch_up > /dev/null < /dev/null &
    wait "$!" || echo 'git-tracking: no record' >&2
    ;;
esac
