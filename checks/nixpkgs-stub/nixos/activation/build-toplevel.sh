# shellcheck shell=bash
# Builder of the system's directory; the variables are attributes of its derivation.

mkdir -p "${out:?}/bin" "$out/netlib-stub"
sed "s|@out@|$out|g" "${activate:?}" > "$out/activate"
sed "s|@out@|$out|g" "${dryActivate:?}" > "$out/dry-activate"
chmod 0555 "$out/activate" "$out/dry-activate"

# The unit files of a system are below its /etc, as on NixOS: those of Debian's targets too, and with the settings of this
# system those of Debian's units that it changes.
mkdir "$out/etc"
cp -R --no-dereference "${etc:?}/etc/." "$out/etc"
mkdir -p "$out/etc/systemd/system"
ln -s -t "$out/etc/systemd/system" "${base:?}"/*
[ -e "$out/etc/systemd/system.conf" ] || ln -s /etc/systemd/system.conf "$out/etc/systemd/system.conf"
while IFS=$'\t' read -r unit mark; do
    file=$out/etc/systemd/system/$unit
    kind=Restart
    ! grep -q ^ExecReload= "$file" || kind=Reload
    { cat "$file" && printf '[Unit]\nX-%s-Triggers=%s\n' "$kind" "$mark"; } > "$file.new"
    mv "$file.new" "$file"
done < "${reloads:?}"
while IFS=$'\t' read -r kind name strategy file; do
    [ "$kind" = unit ] || continue
    place=$out/etc/systemd/system/$name
    if [ "$strategy" = asDropin ]; then
        mkdir -p "$place.d"
        ln -s "$file" "$place.d/overrides.conf"
    elif [ "$strategy" != masked ] && [ -e "/usr/lib/systemd/system/$name" ]; then
        [ -e "$place" ] || ln -s "/usr/lib/systemd/system/$name" "$place"
        cat "$place" "$file" > "$place.new"
        mv "$place.new" "$place"
    else
        ln -sfn "$file" "$place"
    fi
done < "${units:?}/list"
# Every system can become the running one without a boot.
: > "$out/init-interface-version"
ln -s "${path:?}" "$out/sw"
ln -s "${checks:?}" "$out/pre-switch-checks"
ln -s "${inhibitors:?}" "$out/switch-inhibitors"
ln -s "${systemd:?}" "$out/systemd"
if [ -n "${kernel-}" ]; then
    ln -s "$kernel" "$out/kernel"
    ln -s "${initrd:?}" "$out/initrd"
    ln -s "${kernelModules:?}" "$out/kernel-modules"
    printf '%s' "${kernelParams-}" > "$out/kernel-params"
fi
printf '%s' "${platform:?}" > "$out/system"
printf '%s' "${label:?}" > "$out/nixos-version"

ln -s "$etc/files" "$out/netlib-stub/etc-files"
ln -s "${units:?}/list" "$out/netlib-stub/units"
ln -s "${blocks:?}" "$out/netlib-stub/blocks"
ln -s "${reloads:?}" "$out/netlib-stub/reloads"
ln -s "${accounts:?}" "$out/netlib-stub/accounts"
ln -s "${library:?}" "$out/netlib-stub/library"
printf '%s\n' "${extraDependencies-}" > "$out/extra-dependencies"

if [ -n "${switchable-}" ]; then
    sed "s|@out@|$out|g" "$library/switch-to-configuration.sh" > "$out/bin/switch-to-configuration"
    chmod 0555 "$out/bin/switch-to-configuration"
fi
