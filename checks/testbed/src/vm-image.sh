# shellcheck shell=sh
# vm-image.sh ROOT IMAGE: makes the disk that virtual machines start from out of a finished tree: an EFI system partition
# with systemd-boot, and the tree as root file system. No loop device and no mount: parts are put together by dd.
# The tree's own kernel and initial RAM disk boot it; `netlib-vm/` on the ESP has both, for whoever writes entries.
set -eu
root=$1 image=$2
parts=$(mktemp -d "$image.XXXXXX")
trap 'rm -rf "$parts"' EXIT

esp_mib=160 root_mib=3072
# A partition begins on the second MiB; the last one is the copy of the table.
truncate -s $((1 + esp_mib + root_mib + 1))M "$parts/disk"
sfdisk --quiet "$parts/disk" <<TABLE
label: gpt
start=1MiB, size=${esp_mib}MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=esp
size=${root_mib}MiB, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, name=root
TABLE

truncate -s ${esp_mib}M "$parts/esp"
mformat -i "$parts/esp" -F -v ESP ::
mmd -i "$parts/esp" ::/EFI ::/EFI/BOOT ::/EFI/systemd ::/loader ::/loader/entries ::/netlib-vm
mcopy -i "$parts/esp" "$root/usr/lib/systemd/boot/efi/systemd-bootx64.efi" ::/EFI/BOOT/BOOTX64.EFI
mcopy -i "$parts/esp" "$root/usr/lib/systemd/boot/efi/systemd-bootx64.efi" ::/EFI/systemd/systemd-bootx64.efi
mcopy -i "$parts/esp" "$root"/boot/vmlinuz-* ::/netlib-vm/kernel
mcopy -i "$parts/esp" "$root"/boot/initrd.img-* ::/netlib-vm/initrd
printf 'timeout 0\ndefault plain.conf\n' | mcopy -i "$parts/esp" - ::/loader/loader.conf
printf 'title Without a system\nlinux /netlib-vm/kernel\ninitrd /netlib-vm/initrd\noptions %s\n' "$(cat "$root/etc/netlib-vm/parameters")" |
  mcopy -i "$parts/esp" - ::/loader/entries/plain.conf
dd if="$parts/esp" of="$parts/disk" bs=1M seek=1 conv=notrunc,sparse status=none

# What boots is on the ESP.
truncate -s ${root_mib}M "$parts/root"
mke2fs -q -t ext4 -L root -d "$root" "$parts/root"
dd if="$parts/root" of="$parts/disk" bs=1M seek=$((1 + esp_mib)) conv=notrunc,sparse status=none
qemu-img convert -f raw -O qcow2 "$parts/disk" "$parts/qcow2"
mv "$parts/qcow2" "$image"
