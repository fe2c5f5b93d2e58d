# shellcheck shell=bash
# systemd-boot takes the name of an entry, which tells nothing of its system.
bootctl is-installed >/dev/null 2>&1 || refuse 'the boot loader is not systemd-boot'
[ "$1" != check ] || exit 0
entry=
for file in "$(bootctl --print-boot-path)"/loader/entries/*.conf; do
  if grep -q -F -- "init=$1/init" "$file"; then entry=${file##*/}; fi
done
[ -n "$entry" ] || refuse 'the boot loader has no entry for the new system after it was installed'
# The loader knows an entry whose boots are counted by its name without the count.
if [[ $entry =~ ^(.*)\+[0-9]+(-[0-9]+)?\.conf$ ]]; then entry=${BASH_REMATCH[1]}.conf; fi
bootctl set-oneshot "$entry"
