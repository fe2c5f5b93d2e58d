# shellcheck shell=bash
# shellcheck disable=SC2154
# A switch by NixOS' own program, which knows the host by what is below /run/systemd/system and not below /etc.

stub_switch_for_real() {
    if [ "$action" = switch ] || [ "$action" = test ]; then
        # For a mere test too: after a power loss the host must not keep what the test placed.
        stub_install_boot_service || exit 1
        [ -e "$stub_units_manifest" ] || stub_adopt_base || exit 1
    fi
    export OUT=$system TOPLEVEL=$system DISTRO_ID=debian SYSTEMD=/usr
    export PRE_SWITCH_CHECK=$system/pre-switch-checks INSTALL_BOOTLOADER="bash $library/boot-loader.sh"
    exec "$stub_program" ${action:+"$action"}
}

# Before the first system, Debian's units are placed as if they were those of an earlier one.
stub_adopt_base() {
    local file name
    mkdir -p "$stub_units_directory" "$STUB_RUN"
    # All active targets are started, and the one of the boot's service is among them.
    : > "$STUB_RUN/booted"
    for file in "$system"/etc/systemd/system/*; do
        name=${file##*/}
        stub_base_has_unit "$name" || continue
        cp -L "/usr/lib/systemd/system/$name" "$stub_units_directory/$name" || return
        printf '%s\t/usr/lib/systemd/system/%s\t-\t-\n' "$name" "$name"
    done | stub_write "$stub_units_manifest"
    systemctl daemon-reload
}
