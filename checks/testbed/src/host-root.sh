# shellcheck shell=sh
# Runs in new mount and pid namespaces: puts a host's root together, makes it / and runs "$@" there.
# Environment: DIRECTORY (holds the mount points `lower` and `root`, and `disk` with `upper` and `work`),
# LOWER (the read-only layer), LAYERS (those above it, the uppermost first, one a line), HOST_NAME, BINDS (lines of from, to and names to hide, separated by tabs).
set -eu
mount --make-rprivate /

# Relative paths: no character in the path of the checkout can spoil the mount options.
cd "$DIRECTORY"
mount --bind "$LOWER" lower
stack='' number=0
while IFS= read -r layer; do
  [ -n "$layer" ] || continue
  number=$((number + 1))
  mkdir -p "layer$number"
  mount --bind "$layer" "layer$number"
  stack=${stack}layer$number:
done <<LAYERS
${LAYERS-}
LAYERS
# What hosts sync would wait for the disk of the machine. When they lose their power it keeps its own, so that all they wrote
# is there. The mark is for hosts of machines that crash.
rm -rf disk/work/work/incompat
options=lowerdir=${stack}lower,upperdir=disk/upper,workdir=disk/work
mount -t overlay overlay -o "$options,volatile" root 2>/dev/null || mount -t overlay overlay -o "$options" root
cd root

mount -t proc -o nosuid,nodev,noexec proc proc
# The network's settings are the host's own; all others would be the machine's.
mount --bind proc/sys proc/sys
mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,ro proc/sys
echo 0 > proc/sys/net/ipv4/ip_forward
# The machine's would say that the host never booted again.
cat proc/sys/kernel/random/uuid > ../boot-id
mount --bind ../boot-id proc/sys/kernel/random/boot_id
for file in proc/sysrq-trigger proc/kcore; do
  [ ! -e "$file" ] || mount --bind /dev/null "$file"
done
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
if [ -n "${CGROUP-}" ]; then
  mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 sys/fs/cgroup
fi

mount -t tmpfs -o mode=0755,nosuid tmpfs dev
mkdir dev/net dev/pts dev/shm
for device in null zero full random urandom tty net/tun; do
  : > "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs run
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs tmp

tab=$(printf '\t')
empty=../empty
while IFS="$tab" read -r from to hide; do
  [ -n "$from" ] || continue
  mkdir -p ".$to"
  mount --bind "$from" ".$to"
  mount -o remount,bind,ro ".$to"
  IFS="$tab"
  for name in $hide; do
    if [ -d "$from/$name" ]; then
      mount -t tmpfs -o ro,mode=0755,size=4k tmpfs ".$to/$name"
    elif [ -e "$from/$name" ]; then
      # An empty file, not a device: Nix copies the checkout as it is seen here. `.git` is a file in a git worktree.
      : > "$empty"
      mount --bind "$empty" ".$to/$name"
    fi
  done
  unset IFS
done <<BINDS
$BINDS
BINDS

hostname "$HOST_NAME"
mkdir run/machine
pivot_root . run/machine
cd /
umount -l /run/machine
rmdir /run/machine
# As on a real machine: what systemd mounts for services in namespaces of their own, such as credentials, they see.
mount --make-rshared /
exec "$@"
