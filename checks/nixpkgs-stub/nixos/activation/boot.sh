# shellcheck shell=bash
# At boot: activates the system that the profile names. Without one, takes away what a test left behind.
# shellcheck source-path=SCRIPTDIR
set -u

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
here=${BASH_SOURCE[0]%/*}

system=
# A boot loader says which system it boots.
if [ -d /boot/netlib-vm ]; then
    read -r -a words < /proc/cmdline
    for word in "${words[@]}"; do
        candidate=${word#init=}
        candidate=${candidate%/init}
        if [ "$word" = "init=$candidate/init" ] && [ -x "$candidate/activate" ]; then system=$candidate; fi
    done
fi
for candidate in /nix/var/nix/profiles/system /nix/var/nix/gcroots/netlib-stub-boot; do
    if [ -z "$system" ] && [ -x "$candidate/activate" ]; then
        system=$(readlink -f "$candidate")
    fi
done
mkdir -p /run/netlib-stub
: > /run/netlib-stub/booted

if [ -z "$system" ]; then
    exec bash "$here/boot-plain.sh"
fi
echo "activating $system"
# The system's own scripts, not the copy: they may be of another version.
exec bash "$system/netlib-stub/library/boot-system.sh" "$system"
