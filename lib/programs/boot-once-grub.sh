# shellcheck shell=bash disable=SC2154
# GRUB takes the titles on the way to an entry, and forgets them itself: it has to write its environment block, with no more than it
# knows of file systems.
read -r kind source <<<"$(findmnt --noheadings --nofsroot --output FSTYPE,SOURCE --target "$grub" 2>/dev/null)"
case $kind in
  ext2 | ext3 | ext4 | vfat | xfs) ;;
  *) refuse "GRUB cannot forget on ${kind:-no file system} ($grub) what it is to boot once, so it would boot that for ever" ;;
esac
case $(lsblk --noheadings --nodeps --output TYPE "$source" 2>/dev/null) in
  part | disk) ;;
  *) refuse "GRUB cannot forget on $source ($grub), which is no plain partition, what it is to boot once, so it would boot that for ever" ;;
esac
grep -q -s next_entry "$grub/grub.cfg" || refuse "$grub/grub.cfg does not know of an entry that is booted once"
[ "$1" != check ] || exit 0

titles=() entry=''
while read -r line; do
  case $line in
    'submenu "'* | 'menuentry "'*)
      line=${line#*\"}
      # A title that has the sign has it twice.
      titles+=("${line%%\"*}")
      ;;
    '}') [ ${#titles[@]} -eq 0 ] || unset 'titles[-1]' ;;
    *" init=$1/init"*) entry=$(printf '>%s' "${titles[@]//>/>>}") ;;
  esac
done <"$grub/grub.cfg"
[ -n "$entry" ] || refuse 'the boot loader has no entry for the new system after it was installed'
grub-editenv "$grub/grubenv" set "next_entry=${entry#>}"
sync -f "$grub/grubenv"
