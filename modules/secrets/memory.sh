# shellcheck shell=bash disable=SC2154
# The memory that secrets are kept in on a node, below `root`, and the links that lead to what counts there.

say() { printf 'netlib-secrets: %s\n' "$1" >&2; }

# have_memory: mounted, and nobody else changes it. Nothing of it is ever written to swap. A switch and a boot may want it at the same time.
have_memory() {
  # Whoever could open the lock could keep it.
  umask 077
  exec 8> /run/netlib-secrets.lock
  flock 8
  mkdir -p "$root"
  if mountpoint -q "$root"; then return 0; fi
  mount -t ramfs -o mode=0751,nodev,nosuid,noexec netlib-secrets "$root" ||
    mount -t tmpfs -o mode=0751,nodev,nosuid,noexec,noswap netlib-secrets "$root" ||
    { say "there is no memory to keep secrets in: neither ramfs nor tmpfs without swap can be mounted" && exit 1; }
}

# lead LINK GENERATION: the link leads there from one moment to the next.
lead() {
  ln -s -- "$2" "$root/.$1.link"
  mv -T -- "$root/.$1.link" "$root/$1"
}
