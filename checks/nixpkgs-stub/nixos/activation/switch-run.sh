# shellcheck shell=bash
# Carries out the plan of a switch: stop, activate, reload, restart, start, and look at what failed.
# shellcheck disable=SC2154,SC2004

declare -A failed_unit=()
failed_job=''

# $1 verb, $2 what to say, then units. One call for all, so that systemd orders them.
stub_systemctl() {
    local verb=$1 title=$2 unit
    shift 2
    [ $# != 0 ] || return 0
    stub_print_set "$title the following units" "$@"
    systemctl "$verb" --no-ask-password -- "$@" 9>&- && return 0
    for unit in "$@"; do
        # After a reload that failed the unit goes on as it was.
        if [ "$verb" = reload ] && [ "$(systemctl show --property=ReloadResult --value "$unit")" != success ]; then
            stub_failed_to reload "$unit"
        fi
        # For a target or a unit whose dependency failed, the state alone would not tell.
        systemctl is-active --quiet "$unit" || [ "$verb" = stop ] || stub_ended_well "$unit" || stub_failed_to "$verb" "$unit"
    done
}

# Says it as NixOS does, which starts targets: what only they want is not asked for by itself.
stub_failed_to() {
    [ -z "${only_wanted[$2]-}" ] || return 0
    stub_note "Failed to $1 $2"
    failed_job=1
}

# Inactive but no failure: a oneshot service that did its work.
stub_ended_well() {
    [ "$(systemctl show --property=ActiveState --value "$1")" = inactive ] &&
        [ "$(systemctl show --property=Result --value "$1")" = success ] &&
        [ "$(systemctl show --property=ExecMainStartTimestampMonotonic --value "$1")" != 0 ]
}

stub_save_pending() {
    local unit
    {
        for unit in "${!to_start[@]}"; do echo "start $unit"; done
        for unit in "${!to_restart[@]}"; do echo "restart $unit"; done
        for unit in "${!to_reload[@]}"; do echo "reload $unit"; done
        for unit in "${!to_reload_base[@]}"; do echo "base $unit"; done
    } | stub_write "$STUB_RUN/pending"
}

# sshd dies when it is told to read settings it cannot read, and with it the way to the host.
stub_reload_base_unit() {
    local unit=$1
    if [ "$unit" = ssh.service ] && ! sshd -t; then
        stub_note "the settings of sshd are not valid: ssh.service was not reloaded"
        stub_failed_to reload "$unit"
        return
    fi
    stub_is_active "$unit" || return 0
    systemctl reload-or-restart --no-ask-password "$unit" 9>&- || stub_failed_to reload "$unit"
}

# A reload that nothing was there for is a start.
stub_move_inactive_reloads() {
    local unit
    for unit in "${!to_reload[@]}"; do
        systemctl is-active --quiet "$unit" && continue
        unset "to_reload[$unit]"
        to_start[$unit]=1
    done
}

# Units that are down, or up only between two failures: every one that systemd knows, whoever made it, as on NixOS.
stub_find_failed() {
    local unit active sub
    # A simple service that ends at once is seen as started for a moment, which is longer on a busy machine: what is
    # started after it and ends too tells when that is over.
    [ $((${#to_start[@]} + ${#to_restart[@]})) = 0 ] ||
        systemd-run --quiet --wait --collect sleep 0.5 9>&- 2> /dev/null || sleep 0.5
    while read -r unit _ active sub _; do
        if [ "$active" = failed ] || { [ "$sub" = auto-restart ] && [[ $unit = *.service ]] &&
            [ "$(systemctl show --property=ExecMainStatus --value -- "$unit")" != 0 ]; }; then
            failed_unit[$unit]=1
        fi
    done < <(systemctl list-units --all --full --plain --no-legend --no-pager)
}

stub_report_failed() {
    stub_print_set "warning: the following units failed" "${!failed_unit[@]}"
    systemctl status --no-pager --full -- "${!failed_unit[@]}" 9>&- >&2
}

stub_run_switch() {
    local system=$1 status=0
    stub_save_pending
    stub_systemctl stop "stopping" "${!to_stop[@]}"
    stub_print_set "NOT restarting the following changed units" "${!to_skip[@]}"

    stub_note "activating the configuration..."
    "$system/activate" 9>&- || { status=2; stub_note "Failed to run activate script"; }

    systemctl daemon-reload 9>&- || status=4
    local unit
    # As NixOS does: whatever failed before is started again if something wants it, and forgotten otherwise.
    systemctl reset-failed
    for unit in "${!to_reload_base[@]}"; do stub_reload_base_unit "$unit"; done
    stub_move_inactive_reloads
    stub_systemctl reload "reloading" "${!to_reload[@]}"
    stub_systemctl restart "restarting" "${!to_restart[@]}"
    stub_systemctl start "starting" "${!to_start[@]}"
    stub_lines "$system/netlib-stub/reloads" | stub_write "$stub_reloads_running"
    rm -f "$STUB_RUN/pending"

    stub_find_failed
    [ ${#failed_unit[@]} = 0 ] || stub_report_failed
    [ "${#failed_unit[@]}$failed_job" = 0 ] || status=4
    return "$status"
}
