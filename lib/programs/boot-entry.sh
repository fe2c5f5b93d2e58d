# shellcheck shell=sh disable=SC2034,SC2086,SC2154 # What `entries` has are patterns; the host tells what is in `problem`.
# boot-entry SYSTEM: whether the boot loader has an entry for a system, in one of `entries`.
problem="the boot loader was installed without an error, and has no entry for the new system in $entries"
timeout 20 grep -q -s -F -e "init=$1/init" -- $entries || return 1
# GRUB's installer does not see to it that a power loss leaves what it wrote.
case $entries in *grub.cfg*) sync -f -- $entries || sync ;; esac
