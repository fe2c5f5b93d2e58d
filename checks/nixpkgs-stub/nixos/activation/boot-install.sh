# shellcheck shell=bash
# shellcheck disable=SC2154
# The boot loader of the stub: a service that activates, at boot, the system that the profile names.

stub_boot_directory=$STUB_STATE/boot

# Copied out of the store: it must also work when no system is left to boot. What is there says which one it was copied from: no
# host of NixOS starts programs for this.
stub_install_boot_service() {
    local unit=/etc/systemd/system/netlib-stub-boot.service
    local wants=/etc/systemd/system/sysinit.target.wants/netlib-stub-boot.service
    local place
    cd -P "$library" && place=$PWD && cd / || return
    if [ ! -e "$unit" ] || ! stub_has_line "$stub_boot_directory/library-from" "$place"; then
        mkdir -p "$stub_boot_directory" || return
        rm -rf "$stub_boot_directory/library.new"
        cp -RL "$library" "$stub_boot_directory/library.new" || return
        chmod -R u+w "$stub_boot_directory/library.new"
        rm -rf "$stub_boot_directory/library"
        mv "$stub_boot_directory/library.new" "$stub_boot_directory/library" || return
        stub_write "$unit" < "$library/boot.service" || return
        sync
        printf '%s' "$place" | stub_write "$stub_boot_directory/library-from" || return
    fi
    [ "$wants" -ef "$unit" ] || { stub_make_parent "$wants" && ln -sfn ../netlib-stub-boot.service "$wants"; }
}

# Only used while there is no system profile: otherwise the profile says what boots.
stub_record_boot_default() {
    local profile=/nix/var/nix/profiles/system
    [ -d /nix/var/nix/gcroots ] || mkdir -p /nix/var/nix/gcroots || return
    [ /nix/var/nix/gcroots/netlib-stub-boot -ef "$1" ] || ln -sfn "$1" /nix/var/nix/gcroots/netlib-stub-boot || return
    if [ -e "$profile" ] && ! [ "$profile" -ef "$1" ]; then
        stub_note "the system profile names another system; the host boots that one until the profile is set"
    fi
}

# What NixOS' builder for systemd-boot does on a virtual machine: an entry for each generation of all profiles, and one of them is the
# default. The kernel is the machine's own for all of them; their parameters are theirs.
stub_write_boot_entries() {
    local default=$1 entries=/boot/loader/entries link system name kernel_parameters keep=' ' chosen=''
    if [ ! -d /boot/netlib-vm ]; then stub_write_an_entry "$default"; return; fi
    # NixOS' own installers, see checks/vm.
    if [ -x /usr/local/lib/netlib-loaders/install ]; then /usr/local/lib/netlib-loaders/install "$default"; return; fi
    if [ -e "$default/stub-grub" ]; then stub_write_grub_menu "$default"; return; fi
    # Like there, what is no generation is a profile, and what is neither ends it.
    for link in /nix/var/nix/profiles/system-profiles/*; do
        case $link in *-link | *'/*') continue ;; esac
        [ -L "$link" ] || { stub_note "error: $link is no profile"; return 1; }
    done
    read -r kernel_parameters < /etc/netlib-vm/parameters
    for link in /nix/var/nix/profiles/system-*-link /nix/var/nix/profiles/system-profiles/*-link; do
        [ -L "$link" ] || continue
        system=$(readlink -f "$link")
        {
            echo "title NixOS"
            echo "version ${link##*/}"
            echo "linux /netlib-vm/kernel"
            echo "initrd /netlib-vm/initrd"
            echo "options init=$system/init $kernel_parameters $(cat "$system/kernel-params")"
        } > /run/netlib-stub/entry
        # Like there, the content gives the name.
        name=nixos-$(sha256sum < /run/netlib-stub/entry | cut -c 1-32).conf
        cmp -s /run/netlib-stub/entry "$entries/$name" || { cp /run/netlib-stub/entry "$entries/$name.new" && mv "$entries/$name.new" "$entries/$name"; } || return
        keep="$keep$name "
        [ "$system" != "$default" ] || chosen=$name
    done
    printf 'timeout 0\ndefault %s\n' "${chosen:-nixos-*}" > /boot/loader/loader.conf.new && sync /boot/loader/loader.conf.new &&
        mv /boot/loader/loader.conf.new /boot/loader/loader.conf || return
    for link in "$entries"/nixos-*.conf; do
        case $keep in *" ${link##*/} "*) ;; *) rm -f "$link" ;; esac
    done
    # Like there. On FAT a folder that was synced may still name the file that another one was renamed over.
    sync -f /boot
}

# A machine without a boot partition boots nothing by it, but has an entry where its system says so. A folder of entries that somebody
# else has made is left alone: the installer does nothing there.
stub_write_an_entry() {
    local entries=/boot/loader/entries
    [ -e "$1/stub-systemd-boot" ] || return 0
    if [ -d "$entries" ] && [ ! -e /boot/loader/netlib-stub ]; then return 0; fi
    mkdir -p "$entries" && touch /boot/loader/netlib-stub &&
        printf 'title NixOS\noptions init=%s/init\n' "$1" > "$entries/nixos-netlib-stub.conf"
}

# The same for GRUB, as NixOS' install-grub.pl writes it: the default, then all generations, then those of other profiles.
stub_write_grub_menu() {
    local link profile kernel_parameters
    read -r kernel_parameters < /etc/netlib-vm/parameters
    [ -e /boot/grub/x86_64-efi/normal.mod ] || grub-install --target=x86_64-efi --efi-directory=/boot --boot-directory=/boot --removable --no-nvram || return
    [ -e /boot/grub/grubenv ] || grub-editenv /boot/grub/grubenv create || return
    {
        cat <<'MENU'
if [ -s $prefix/grubenv ]; then
  load_env
fi
if [ "${next_entry}" ]; then
  set default="${next_entry}"
  set next_entry=
  save_env next_entry
  set timeout=1
  set boot_once=true
else
  set default=0
  set timeout=0
fi
MENU
        stub_grub_entry 'NixOS - Default' "$1"
        echo 'submenu "NixOS - All configurations" --class submenu {'
        for link in /nix/var/nix/profiles/system-*-link; do stub_grub_entry "NixOS - Configuration ${link##*/}" "$link"; done
        echo '}'
        for profile in /nix/var/nix/profiles/system-profiles/*; do
            # Like there, where other names are no profile.
            case ${profile##*/} in *[!A-Za-z0-9_]*) continue ;; esac
            echo "submenu \"NixOS - Profile '${profile##*/}'\" --class submenu {"
            for link in "$profile"-*-link; do stub_grub_entry "NixOS - Configuration ${link##*/}" "$link"; done
            echo '}'
        done
    } > /boot/grub/grub.cfg.tmp && mv /boot/grub/grub.cfg.tmp /boot/grub/grub.cfg
}

stub_grub_entry() {
    local system
    [ -e "$2" ] || return 0
    system=$(readlink -f "$2")
    printf 'menuentry "%s" --class nixos --unrestricted {\n  linux /netlib-vm/kernel init=%s/init %s %s\n  initrd /netlib-vm/initrd\n}\n\n' \
        "$1" "$system" "$kernel_parameters" "$(cat "$system/kernel-params")"
}
