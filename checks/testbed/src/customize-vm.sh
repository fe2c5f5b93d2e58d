# shellcheck shell=sh
# Runs after customize-root.sh on the tree ($1) of virtual machines: what containers get from outside.
root=$1

# What every kernel of the machine is booted with, whatever system it brings up.
mkdir -p "$root/etc/netlib-vm" "$root/boot"
echo 'root=/dev/vda2 rw console=ttyS0 net.ifnames=0 quiet panic=5' > "$root/etc/netlib-vm/parameters"
printf '/dev/vda2 / ext4 defaults 0 1\n/dev/vda1 /boot vfat umask=0077 0 2\n' > "$root/etc/fstab"
rm -f "$root"/vmlinuz* "$root"/initrd.img*

# It has disks, a console and a kernel of its own, unlike a container.
rm -f "$root"/etc/systemd/system-generators/*
for unit in systemd-remount-fs.service systemd-tmpfiles-setup-dev-early.service systemd-tmpfiles-setup-dev.service \
  modprobe@.service systemd-modules-load.service; do
  rm "$root/etc/systemd/system/$unit"
done

# Who it is comes as a tar archive on its second disk, once.
cat > "$root/etc/systemd/system/netlib-vm.service" <<'UNIT'
[Unit]
DefaultDependencies=no
Wants=systemd-udev-settle.service
After=local-fs.target systemd-udev-settle.service
Before=sysinit.target netlib-stub-boot.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -euc 'test -e /etc/netlib-vm/address || tar --extract --file=/dev/vdb --directory=/; hostname "$(cat /etc/hostname)"; ip link set lo up; ip address add "$(sed -n 1p /etc/netlib-vm/address)" dev eth0; ip address add "$(sed -n 2p /etc/netlib-vm/address)" dev eth0 nodad; ip link set eth0 up'
[Install]
WantedBy=sysinit.target
UNIT
chroot "$root" systemctl enable netlib-vm.service
