# shellcheck shell=bash disable=SC2154
# On each node, when one is forgotten: on that one everything of the network goes, on the others what they keep of it. Before it stands `node`.
repository=/var/lib/netlib/network.git
if [ "$NETLIB_ARG_NODE" != "$node" ]; then
  [ -d "$repository" ] || exit 0
  git -C "$repository" for-each-ref --format='delete %(refname)' "refs/netlib/mirror/$NETLIB_ARG_NODE" "refs/netlib/mirror/$NETLIB_ARG_NODE@*" |
    git -C "$repository" update-ref --stdin
  exit
fi

step() { printf '%s: %s\n' "$NETLIB_ARG_NODE" "$1"; }
step 'its identity: the machine belongs to no network any more'
rm -f -- /var/lib/netlib/network
step 'its repository and records'
rm -rf -- "$repository" /var/lib/netlib/deployment
step 'keys that modules of the network made on it'
# All but what says how deployments ended, which is of the machine.
find /var/lib/netlib -mindepth 1 -maxdepth 1 ! -name deploys -exec rm -rf -- {} +
rm -rf -- /var/lib/netlib-deployer
step 'what protects systems and programs from garbage collection, but for its generations'
rm -rf -- /nix/var/nix/gcroots/netlib
step 'secrets in its memory'
for folder in /run/netlib-secrets/*; do
  [ -e "$folder" ] || continue
  find "$folder" -type f -exec shred --force --remove -- {} + 2> /dev/null || :
  umount --lazy "$folder" 2> /dev/null || :
done
rm -rf -- /run/netlib-secrets
