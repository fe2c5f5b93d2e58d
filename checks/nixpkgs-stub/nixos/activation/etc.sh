# shellcheck shell=bash
# Files below /etc: placed and removed by difference to the manifest of what earlier activations placed.
# A foreign file in the way moves to the backup and comes back when nothing wants its place any more.
# shellcheck disable=SC2154

stub_etc_manifest=$STUB_STATE/etc-manifest
stub_etc_backup=$STUB_STATE/backup
stub_etc_directories=$STUB_STATE/etc-directories

# What is below /etc before this activation: where links lead to, and which places are ours.
declare -A stub_etc_link=() stub_etc_ours=()

stub_etc_read() {
    local target source
    while IFS=$'\t' read -r target source; do
        stub_etc_link[$target]=$source
    done < <(find /etc -xdev -type l -printf '%P\t%l\n')
    while IFS= read -r target; do
        stub_etc_ours[$target]=1
    done < <(stub_lines "$stub_etc_manifest")
}

stub_etc_is_ours() {
    [ "${stub_etc_link[$1]-}" = "/etc/static/$1" ] || [ -n "${stub_etc_ours[$1]-}" ]
}

stub_etc_back_up() {
    stub_make_parent "$stub_etc_backup/$1"
    # A copy from before is kept: it is what the host had before any of ours.
    if stub_exists "$stub_etc_backup/$1"; then
        rm -rf "/etc/${1:?}"
    else
        mv -T "/etc/$1" "$stub_etc_backup/$1"
    fi
    unset "stub_etc_link[$1]"
    stub_note "kept the host's own /etc/$1 aside"
}

stub_etc_make_parents() {
    local parent=${1%/*}
    [ "$parent" != "$1" ] && [ ! -d "/etc/$parent" ] || return 0
    stub_etc_make_parents "$parent"
    if stub_exists "/etc/$parent"; then
        stub_note "cannot place /etc/$1: /etc/$parent is not a directory"
        return 1
    fi
    { stub_lines "$stub_etc_directories"; printf '%s\n' "$parent"; } | stub_write "$stub_etc_directories"
    mkdir "/etc/$parent"
}

# What a place would hold, against what it holds.
stub_etc_is_current() {
    local mode=$1 user=$2 group=$3 target=$4 source=$5 path=/etc/$4
    case $mode in
        symlink) [ "${stub_etc_link[$target]-}" = "/etc/static/$target" ] ;;
        direct-symlink) [ "${stub_etc_link[$target]-}" = "$source" ] ;;
        *)
            [ -f "$path" ] && [ ! -L "$path" ] && cmp -s "$source" "$path" &&
                [ "$(stat -c '0%a' "$path")" = "0${mode#0}" ] &&
                { [ "$(stat -c '+%u +%g' "$path")" = "$user $group" ] || [ "$(stat -c '%U %G' "$path")" = "$user $group" ]; }
            ;;
    esac
}

stub_etc_place() {
    local mode=$1 user=$2 group=$3 target=$4 source=$5 path=/etc/$4
    if stub_etc_is_current "$@"; then return 0; fi
    stub_etc_make_parents "$target"
    case $mode in
        symlink) source=/etc/static/$target ;;&
        *symlink)
            if ! stub_exists "$path"; then
                ln -s "$source" "$path"
                return 0
            fi
            ln -sfn "$source" "$path.netlib-stub-new"
            ;;
        *)
            rm -rf "$path.netlib-stub-new"
            cp -L "$source" "$path.netlib-stub-new"
            chown "${user#+}:${group#+}" "$path.netlib-stub-new"
            chmod "$mode" "$path.netlib-stub-new"
            ;;
    esac
    [ ! -d "$path" ] || [ -L "$path" ] || rm -rf "$path"
    mv -fT "$path.netlib-stub-new" "$path"
}

stub_etc_remove_dropped() {
    local wanted=$1 target
    while IFS= read -r target; do
        stub_has_line "$wanted" "$target" || rm -f "/etc/$target"
    done < <(stub_lines "$stub_etc_manifest")
}

stub_etc_restore_backups() {
    local wanted=$1 target
    [ -d "$stub_etc_backup" ] || return 0
    while IFS= read -r target; do
        target=${target#./}
        if stub_has_line "$wanted" "$target" || stub_exists "/etc/$target"; then continue; fi
        stub_make_parent "/etc/$target"
        mv -T "$stub_etc_backup/$target" "/etc/$target"
        stub_note "put the host's own /etc/$target back"
    done < <(cd "$stub_etc_backup" && find . ! -type d)
}

stub_etc_remove_directories() {
    local directory
    while IFS= read -r directory; do
        rmdir "/etc/$directory" 2> /dev/null || true
    done < <(stub_lines "$stub_etc_directories" | sort -ru)
    while IFS= read -r directory; do
        [ ! -d "/etc/$directory" ] || printf '%s\n' "$directory"
    done < <(stub_lines "$stub_etc_directories" | sort -u) | stub_write "$stub_etc_directories"
}

stub_etc_rehearse() {
    local list=$1 wanted=$2 mode user group target source
    while IFS=$'\t' read -r mode user group target source; do
        if ! stub_exists "/etc/$target"; then
            echo "would place /etc/$target"
        elif [ "$mode" = symlink ] && stub_etc_is_current "$mode" "$user" "$group" "$target" "$source"; then
            [ "$(readlink -f "/etc/$target")" = "$(readlink -f "$source")" ] || echo "would update /etc/$target"
        else
            stub_etc_is_current "$mode" "$user" "$group" "$target" "$source" || echo "would replace /etc/$target"
        fi
    done < "$list"
    while IFS= read -r target; do
        stub_has_line "$wanted" "$target" || echo "would remove /etc/$target"
    done < <(stub_lines "$stub_etc_manifest")
}

stub_place_etc() (
    set -eu -o pipefail
    list=$1/netlib-stub/etc-files
    wanted=$(mktemp)
    # shellcheck disable=SC2064
    trap "rm -f '$wanted'" EXIT
    while IFS=$'\t' read -r _ _ _ target _; do
        printf '%s\n' "$target"
    done < "$list" > "$wanted"
    stub_etc_read
    if stub_dry; then
        stub_etc_rehearse "$list" "$wanted"
        exit 0
    fi
    stub_etc_remove_dropped "$wanted"
    ln -sfn "$(readlink -f "$1/etc")" /etc/static.new
    mv -fT /etc/static.new /etc/static
    while IFS= read -r target; do
        if stub_exists "/etc/$target" && ! stub_etc_is_ours "$target"; then
            stub_etc_back_up "$target"
        fi
    done < "$wanted"
    # Places are ours only after what was there is safe.
    { stub_lines "$stub_etc_manifest"; stub_lines "$wanted"; } | stub_write "$stub_etc_manifest"
    while IFS=$'\t' read -r mode user group target source; do
        stub_etc_place "$mode" "$user" "$group" "$target" "$source"
    done < "$list"
    stub_write "$stub_etc_manifest" < "$wanted"
    stub_etc_restore_backups "$wanted"
    stub_etc_remove_directories
)
