# shellcheck shell=bash
# Unit files live in /run, so that a reboot forgets them and the boot service places those of the right system.

stub_units_directory=/run/systemd/system
stub_units_manifest=$STUB_RUN/units-manifest

# Whether the base system has the unit $1 itself.
stub_base_has_unit() {
    local directory
    for directory in /etc/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
        [ ! -e "$directory/$1" ] || return 0
    done
    return 1
}

# Lines of what belongs below the directory for the system $1: place, what the link points to, unit, its file.
stub_unit_places() {
    local kind name second third place
    # As on NixOS, the directory has all units of the system, and no other is ever touched.
    ! stub_is_real || find "$1/etc/systemd/system" -type l -printf '%P\t%l\t-\t-\n' -o -type f -printf '%P\t%p\t-\t-\n'
    while IFS=$'\t' read -r kind name second third; do
        if [ "$kind" = link ]; then
            printf '%s\t%s\t-\t-\n' "$name" "$second"
            continue
        fi
        ! stub_is_real || continue
        place=$name
        if [ "$second" = asDropin ] || { [ "$second" != masked ] && stub_base_has_unit "$name"; }; then
            place=$name.d/overrides.conf
        fi
        printf '%s\t%s\t%s\t%s\n' "$place" "$third" "$name" "$third"
    done < "$1/netlib-stub/units"
}

stub_place_units() (
    set -eu -o pipefail
    # What a switch would do to units is said by the switch itself.
    ! stub_dry || exit 0
    places=$(mktemp)
    # shellcheck disable=SC2064
    trap "rm -f '$places'" EXIT
    stub_unit_places "$1" > "$places"
    declare -A wanted=()
    while IFS=$'\t' read -r place _; do wanted[$place]=1; done < "$places"
    while IFS=$'\t' read -r place _; do
        [ -z "${wanted[$place]-}" ] || continue
        rm -f "$stub_units_directory/$place"
        rmdir "$stub_units_directory/${place%/*}" 2> /dev/null || true
    done < <(stub_lines "$stub_units_manifest")
    { stub_lines "$stub_units_manifest"; cat "$places"; } | sort -u | stub_write "$stub_units_manifest"
    declare -A leads_to=()
    while IFS=$'\t' read -r place target; do
        leads_to[$place]=$target
    done < <(find "$stub_units_directory" -type l -printf '%P\t%l\n' 2> /dev/null)
    while IFS=$'\t' read -r place target _; do
        [ "${leads_to[$place]-}" != "$target" ] || continue
        stub_make_parent "$stub_units_directory/$place"
        ln -sfn "$target" "$stub_units_directory/$place"
    done < "$places"
    stub_write "$stub_units_manifest" < "$places"
)
