# shellcheck shell=bash
# End of every activation script: the system becomes the current one, unless this was a rehearsal.
# shellcheck disable=SC2154

trap - ERR
if [ "$NIXOS_ACTION" != dry-activate ]; then
    [ -d /nix/var/nix/gcroots ] || mkdir -p /nix/var/nix/gcroots
    [ -L /nix/var/nix/gcroots/current-system ] || ln -s /run/current-system /nix/var/nix/gcroots/current-system
    ln -sfn "$(readlink -f "$systemConfig")" /run/current-system
fi
exit "$_status"
