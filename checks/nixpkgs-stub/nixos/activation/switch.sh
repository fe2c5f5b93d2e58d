# shellcheck shell=bash
# switch.sh SYSTEM ACTION: what bin/switch-to-configuration of a system does.
# Exit status, as on NixOS: 1 nothing was changed, 2 the activation script failed, 4 units failed, 11 another switch runs,
# 100 only a restart brings this system.
# shellcheck source-path=SCRIPTDIR
set -u

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
system=$1
action=${2-}
library=${BASH_SOURCE[0]%/*}
# shellcheck source=state.sh
. "$library/state.sh"
# shellcheck source=units.sh
. "$library/units.sh"
# shellcheck source=switch-plan.sh
. "$library/switch-plan.sh"
# shellcheck source=switch-run.sh
. "$library/switch-run.sh"
# shellcheck source=boot-install.sh
. "$library/boot-install.sh"
# shellcheck source=switch-real.sh
. "$library/switch-real.sh"

! stub_is_real || stub_switch_for_real

# What process 1 of the running system has to be the same for; before the first system there is none.
stub_may_switch() {
    local running=/run/current-system/init-interface-version
    if [ ! -e "$running" ] || cmp -s "$running" "$system/init-interface-version"; then return 0; fi
    stub_note "Warning: the new NixOS configuration has an ‘init’ that is
incompatible with the current configuration.  The new configuration
won't take effect until you reboot the system."
    exit 100
}

case $action in
    check | switch | boot | test | dry-activate) ;;
    *)
        stub_note "usage: $system/bin/switch-to-configuration check|switch|boot|test|dry-activate"
        exit 1
        ;;
esac
if [ "$EUID" != 0 ]; then
    stub_note "switch-to-configuration: must be run as root"
    exit 1
fi

[ -d /run/nixos ] || mkdir -p /run/nixos
exec 9> /run/nixos/switch-to-configuration.lock
if ! flock --nonblock 9; then
    # The words and the status of NixOS: that of EAGAIN.
    stub_note "Could not acquire lock"
    exit 11
fi

if [ "${NIXOS_NO_CHECK-}" != 1 ] && ! "$system/pre-switch-checks" "$system" "$action" 9>&-; then
    stub_note "Pre-switch checks failed"
    exit 1
fi
[ "$action" != check ] || exit 0

NIXOS_ACTION=$action
export NIXOS_ACTION

if [ "$action" = dry-activate ]; then
    stub_may_switch
    stub_plan "$system"
    stub_print_plan "$system"
    exit 0
fi

# For a mere test too: after a power loss the host must not keep what the test placed.
stub_install_boot_service || exit 1
if [ "$action" = boot ] || [ "$action" = switch ]; then
    stub_record_boot_default "$system" || exit 1
    stub_write_boot_entries "$system" || exit 1
fi
[ "$action" != boot ] || exit 0
stub_may_switch

stub_plan "$system"
stub_run_switch "$system"
exit
