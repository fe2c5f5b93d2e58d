# shellcheck shell=bash
# boot-loader.sh SYSTEM: the system becomes the one to boot.
# shellcheck source-path=SCRIPTDIR disable=SC2154
set -u

library=${BASH_SOURCE[0]%/*}
# shellcheck source=state.sh
. "$library/state.sh"
# shellcheck source=boot-install.sh
. "$library/boot-install.sh"
stub_install_boot_service && stub_record_boot_default "$1" && stub_write_boot_entries "$1"
