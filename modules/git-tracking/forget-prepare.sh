# shellcheck shell=bash disable=SC2154
# Before a machine is forgotten: whether that is one.
fail() {
  printf '{"problem":"%s"}\n' "$(clean "$1" 900)" >&3
  exit 1
}
[[ $NETLIB_ARG_NODE =~ ^[A-Za-z0-9][A-Za-z0-9_-]*$ ]] || fail "\`$NETLIB_ARG_NODE\` is no name of a node"
[[ " ${all_names[*]} " == *" $NETLIB_ARG_NODE "* ]] && exit
[ -n "$(git for-each-ref --count=1 "refs/netlib/nodes/$NETLIB_ARG_NODE" "refs/netlib/nodes/*/mirror/$NETLIB_ARG_NODE" "refs/netlib/nodes/*/mirror/$NETLIB_ARG_NODE@*" 2> /dev/null)" ] ||
  fail "there is no node \`$NETLIB_ARG_NODE\`, and nobody keeps records of one. Nodes are ${all_names[*]}"
printf '{"note":"%s is in no configuration any more, so its machine is left as it is. To wipe what is there: rm -rf /var/lib/netlib /var/lib/netlib-deployer /nix/var/nix/gcroots/netlib"}\n' "$NETLIB_ARG_NODE" >&3
