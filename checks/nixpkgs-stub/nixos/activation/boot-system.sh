# shellcheck shell=bash
# boot-system.sh SYSTEM: activates the system while the host boots, and starts its units.
# shellcheck source-path=SCRIPTDIR disable=SC2154
set -u

system=$1
library=${BASH_SOURCE[0]%/*}
# shellcheck source=state.sh
. "$library/state.sh"
# shellcheck source=units.sh
. "$library/units.sh"
# shellcheck source=switch-plan.sh
. "$library/switch-plan.sh"

status=0
NIXOS_ACTION=boot "$system/activate" || status=$?
ln -sfn "$system" /run/booted-system
# Services of the base system start after this, with the files that are in place now.
stub_lines "$system/netlib-stub/reloads" | stub_write "$stub_reloads_running"
systemctl daemon-reload

STUB_AT_BOOT=1 stub_read_states
STUB_AT_BOOT=1 stub_plan_wanted "$system"
# Not waited for: most of them wait for units that wait for this script.
[ ${#to_start[@]} = 0 ] || systemctl start --no-block --no-ask-password -- "${!to_start[@]}" || status=$?
exit "$status"
