# shellcheck shell=bash
# What a switch does to which unit: the unit files of the running system against those of the new one.
# Results: the arrays to_stop, to_start, to_restart, to_reload, to_skip and to_reload_base, sets of unit names; of to_start,
# only_wanted has those that NixOS starts by their targets.
# shellcheck disable=SC2034,SC2154

declare -A to_stop=() to_start=() to_restart=() to_reload=() to_skip=() to_reload_base=() only_wanted=()
declare -A state=() old_file=() new_file=()
stub_reloads_running=$STUB_RUN/reloads

stub_read_states() {
    local unit active
    state=()
    while read -r unit _ active _; do
        [ -z "$unit" ] || state[$unit]=$active
    done < <(systemctl list-units --all --full --plain --no-legend --no-pager)
}

stub_is_active() {
    case ${state[$1]-} in active | activating | reloading) return 0 ;; *) return 1 ;; esac
}

stub_has_setting() { stub_has_line "$1" "$2"; }

# Whether two unit files differ in nothing but their reload triggers.
stub_only_reload_differs() {
    cmp -s <(grep -v '^X-Reload-Triggers=' "$1") <(grep -v '^X-Reload-Triggers=' "$2")
}

stub_read_files() {
    local unit file
    old_file=()
    new_file=()
    while IFS=$'\t' read -r _ _ unit file; do
        [ "$unit" = - ] || old_file[$unit]=$file
    done < <(stub_lines "$stub_units_manifest")
    while IFS=$'\t' read -r _ _ unit file; do
        [ "$unit" = - ] || new_file[$unit]=$file
    done < <(stub_unit_places "$1")
}

stub_plan_dropped() {
    local unit
    for unit in "${!old_file[@]}"; do
        if [ -n "${new_file[$unit]-}" ] || ! stub_is_active "$unit"; then continue; fi
        if stub_base_has_unit "$unit"; then
            to_restart[$unit]=1 # it stays, without our drop-in
        elif ! stub_has_setting "${old_file[$unit]}" X-StopOnRemoval=false; then
            to_stop[$unit]=1
        fi
    done
}

# What a change means for an active service; its socket, where it has one, starts it again.
stub_plan_changed_service() {
    local unit=$1 file=${new_file[$1]} socket=${1%.service}.socket
    if stub_has_setting "$file" X-ReloadIfChanged=true; then
        to_reload[$unit]=1
    elif stub_has_setting "$file" X-RestartIfChanged=false || stub_has_setting "$file" RefuseManualStop=true; then
        to_skip[$unit]=1
    elif stub_has_setting "$file" X-StopIfChanged=false; then
        to_restart[$unit]=1
    elif [ -n "${new_file[$socket]-}" ] && stub_is_active "$socket" && ! stub_has_setting "$file" X-NotSocketActivated=true; then
        to_stop[$unit]=1
        to_stop[$socket]=1
        to_start[$socket]=1
    else
        to_stop[$unit]=1
        to_start[$unit]=1
    fi
}

stub_plan_changed() {
    local unit old new
    for unit in "${!new_file[@]}"; do
        stub_is_active "$unit" || continue
        new=${new_file[$unit]}
        old=${old_file[$unit]-}
        if [ "$new" = /dev/null ]; then
            [ "$old" = /dev/null ] || to_stop[$unit]=1
            continue
        fi
        if [ -z "$old" ] && ! stub_base_has_unit "$unit"; then continue; fi
        if [ -n "$old" ] && cmp -s "$old" "$new"; then continue; fi
        if [ -n "$old" ] && [ "$old" != /dev/null ] && stub_only_reload_differs "$old" "$new"; then
            to_reload[$unit]=1
            continue
        fi
        case $unit in
            *.service) stub_plan_changed_service "$unit" ;;
            *.target) stub_has_setting "$new" RefuseManualStart=true || to_start[$unit]=1 ;;
            *.socket) to_stop[$unit]=1 to_start[$unit]=1 ;;
            *) to_restart[$unit]=1 ;;
        esac
    done
}

# Units that something active wants and that are not running; this includes ones that failed before.
stub_plan_wanted() {
    local kind path by unit
    while IFS=$'\t' read -r kind path _; do
        [ "$kind" = link ] || continue
        case $path in */*) ;; *) continue ;; esac
        by=${path%/*}
        unit=${path##*/}
        case $by in *.wants | *.requires | *.upholds) by=${by%.*} ;; *) continue ;; esac
        if stub_is_on "$by" && ! stub_is_active "$unit" && [ -z "${to_start[$unit]-}" ]; then
            to_start[$unit]=1 only_wanted[$unit]=1
        fi
    done < "$1/netlib-stub/units"
}

# Active, or about to be: at boot, targets are still waiting for their units.
stub_is_on() {
    stub_is_active "$1" || [ -n "${to_start[$1]-}" ] ||
        { [ "${STUB_AT_BOOT-}" = 1 ] && [ "$(systemctl show --property=Job --value "$1")" != "" ]; }
}

stub_plan_base() {
    local unit mark
    while IFS=$'\t' read -r unit mark; do
        stub_has_line "$stub_reloads_running" "$unit	$mark" || to_reload_base[$unit]=1
    done < "$1/netlib-stub/reloads"
    # Settings that went away matter as much as those that came.
    while IFS=$'\t' read -r unit _; do
        cut -f 1 "$1/netlib-stub/reloads" | grep -qxF -e "$unit" || to_reload_base[$unit]=1
    done < <(stub_lines "$stub_reloads_running")
}

# What a switch that was cut short had still to do.
stub_plan_pending() {
    local kind unit
    while read -r kind unit; do
        case $kind in
            start) [ -z "${new_file[$unit]-}" ] || to_start[$unit]=1 ;;
            restart) [ -z "${new_file[$unit]-}" ] || to_restart[$unit]=1 ;;
            reload) [ -z "${new_file[$unit]-}" ] || to_reload[$unit]=1 ;;
            base) to_reload_base[$unit]=1 ;;
        esac
    done < <(stub_lines "$STUB_RUN/pending")
}

stub_plan() {
    stub_read_states
    stub_read_files "$1"
    stub_plan_dropped
    stub_plan_changed
    stub_plan_wanted "$1"
    stub_plan_base "$1"
    stub_plan_pending
}

# As NixOS writes them.
stub_names() { printf '%s\n' "$@" | sort -f | paste -s -d , | sed 's/,/, /g'; }

stub_print_set() {
    local title=$1
    shift
    [ $# = 0 ] || printf '%s: %s\n' "$title" "$(stub_names "$@")" >&2
}

stub_print_plan() {
    stub_print_set "would stop the following units" "${!to_stop[@]}"
    stub_print_set "would NOT stop the following changed units" "${!to_skip[@]}"
    stub_note "would activate the configuration..."
    "$1/dry-activate" 9>&-
    stub_print_set "would reload the following units" "${!to_reload[@]}" "${!to_reload_base[@]}"
    stub_print_set "would restart the following units" "${!to_restart[@]}"
    stub_print_set "would start the following units" "${!to_start[@]}"
}
