# shellcheck shell=bash
# boot-room SYSTEM PLACE FOLDER SHARED: whether the file system of the boot loader takes kernel and initrd of a system, as far as they are
# not there yet. If SHARED is `yes`, nothing is copied where that is the file system of the store. Exit status 3: there is no room.
# A mount that hangs must not hang this: nothing is known of it then.
system=$1 place=$2 folder=$3 shared=$4

device=$(timeout 10 stat -c %d "$place" 2>/dev/null) || exit 0
if [ "$shared" = yes ] && [ "$device" = "$(stat -c %d /nix/store)" ]; then exit 0; fi
present=$(timeout 10 ls -A "$place$folder" 2>/dev/null) || [ $? != 124 ] || exit 0
present=$'\n'$present$'\n' needed=0
for file in "$system/kernel" "$system/initrd"; do
  [ -e "$file" ] || continue
  file=$(readlink -f "$file")
  name=${file#/nix/store/}
  name=${name//\//-}
  case $present in *$'\n'"$name"$'\n'* | *$'\n'"$name.efi"$'\n'*) continue ;; esac
  needed=$((needed + $(stat -c %s "$file")))
done
free=$(timeout 10 df -P -B 1 "$place" 2>/dev/null | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4)
case $free in '' | *[!0-9]*) exit 0 ;; esac
if [ "$needed" -gt "$free" ]; then
  printf '%s has no room for the kernel and initrd of the new system: they need %s MiB, and %s MiB are free' \
    "$place" $(((needed + 1048575) / 1048576)) $((free / 1048576))
  exit 3
fi
