# shellcheck shell=sh
# Runs after mmdebstrap on the new tree ($1): everything that is the same for all hosts of a suite.
root=$1

# Host keys and the machine id are each host's own.
rm -f "$root"/etc/ssh/ssh_host_*_key "$root"/etc/ssh/ssh_host_*_key.pub
: > "$root/etc/machine-id"

chroot "$root" useradd --create-home --shell /bin/bash admin
if chroot "$root" getent group nix-users > /dev/null; then
  chroot "$root" usermod --append --groups nix-users admin
fi
mkdir -p "$root/etc/sudoers.d" "$root/etc/ssh/authorized_keys.d" "$root/etc/ssh/sshd_config.d"
echo 'admin ALL=(ALL:ALL) NOPASSWD: ALL' > "$root/etc/sudoers.d/admin"
chmod 0440 "$root/etc/sudoers.d/admin"

cat > "$root/etc/ssh/sshd_config.d/bed.conf" <<'CONF'
AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/authorized_keys.d/%u
PermitRootLogin prohibit-password
PasswordAuthentication no
UseDNS no
MaxStartups 100
MaxSessions 100
CONF

# Nothing is ever fetched: hosts have no way out of the bed. The registry in the place of the public one is empty, but on the deployer.
mkdir -p "$root/etc/nix" "$root/nix/store"
echo '{ "flakes": [], "version": 2 }' > "$root/etc/nix/global-registry.json"
cat > "$root/etc/nix/nix.conf" <<'CONF'
experimental-features = nix-command flakes
sandbox = false
build-users-group =
substituters =
fsync-metadata = false
trusted-users = root admin
flake-registry = /etc/nix/global-registry.json
CONF

echo 'LANG=C.UTF-8' > "$root/etc/default/locale"

# Nothing for them to do here: there is no console, the kernel is the machine's business, and what is derived from
# files of packages never changes.
for unit in ldconfig.service systemd-journal-catalog-update.service systemd-sysusers.service systemd-update-done.service \
  systemd-journal-flush.service systemd-remount-fs.service systemd-tmpfiles-setup-dev-early.service \
  systemd-tmpfiles-setup-dev.service dev-mqueue.mount modprobe@.service sys-kernel-debug.mount sys-kernel-tracing.mount \
  sys-kernel-config.mount dev-hugepages.mount \
  sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount console-getty.service getty.target systemd-modules-load.service e2scrub_reap.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
# The same for units that are made of the machine's disks, consoles and kernel arguments at each `daemon-reload`.
mkdir -p "$root/etc/systemd/system-generators"
for generator in "$root"/usr/lib/systemd/system-generators/*; do
  ln -s /dev/null "$root/etc/systemd/system-generators/${generator##*/}"
done
# A login is a session of logind's, but has no service manager of its own, no greeting and no mail.
mkdir -p "$root/etc/systemd/system/user@.service.d"
printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=\nExecStart=/bin/true\nPAMName=\n' \
  > "$root/etc/systemd/system/user@.service.d/bed.conf"
sed -i '/pam_motd\.so/d; /pam_mail\.so/d' "$root/etc/pam.d/sshd"
# The journal is in memory: nobody reads it after a power loss, and each bed would write it to the machine's disk.
rm -rf "$root/var/log/journal"
chroot "$root" systemctl enable ssh.service
# Installed for scenarios that want it; on the other hosts nobody serves anything.
for unit in nginx prometheus prometheus-node-exporter; do
  if [ -e "$root/usr/lib/systemd/system/$unit.service" ]; then
    chroot "$root" systemctl disable "$unit.service"
  fi
done
