# shellcheck shell=bash
# Groups and users. Accounts that the host had before are joined to groups, and never changed otherwise or removed.

stub_accounts_manifest=$STUB_STATE/accounts-manifest

stub_accounts_note() {
    stub_has_line "$stub_accounts_manifest" "$1" ||
        { stub_lines "$stub_accounts_manifest"; printf '%s\n' "$1"; } | stub_write "$stub_accounts_manifest"
}

# Runs a command, or says it in a rehearsal.
stub_accounts_do() {
    if stub_dry; then echo "would run $*"; else "$@"; fi
}

stub_apply_group() {
    local name=$1 gid=${2#-}
    local -a options=(--system)
    getent group "$name" > /dev/null && return 0
    if [ -n "$gid" ]; then
        if getent group "$gid" > /dev/null; then
            stub_note "the group id $gid is taken on this host: $name gets another"
        else
            options=(--gid "$gid")
        fi
    fi
    stub_dry || stub_accounts_note "group $name"
    stub_accounts_do groupadd "${options[@]}" "$name"
}

stub_join_group() {
    local user=$1 group=$2
    id -nG "$user" 2> /dev/null | tr ' ' '\n' | grep -qxF -e "$group" && return 0
    stub_dry || stub_accounts_note "member $user $group"
    stub_accounts_do usermod --append --groups "$group" "$user"
}

stub_set_password() {
    local name=$1 hash=$2
    [ -n "$hash" ] || return 0
    [ "$(getent shadow "$name" | cut -d : -f 2)" != "$hash" ] || return 0
    if stub_dry; then echo "would set the password of $name"; else printf '%s:%s\n' "$name" "$hash" | chpasswd -e; fi
}

stub_make_user() {
    local name=$1 uid=$2 group=$3 home=$4 shell=$5 system=$6 description=$7
    local -a options=(--no-create-home --no-user-group --gid "$group" --home-dir "$home" --shell "$shell" --comment "$description")
    [ -z "$uid" ] || options+=(--uid "$uid")
    [ "$system" != yes ] || options+=(--system)
    stub_dry || stub_accounts_note "user $name"
    stub_accounts_do useradd "${options[@]}" "$name"
}

stub_update_user() {
    local name=$1 group=$2 home=$3 shell=$4 description=$5 old
    local -a options=()
    old=$(getent passwd "$name")
    [ "$(cut -d : -f 5 <<< "$old")" = "$description" ] || options+=(--comment "$description")
    [ "$(cut -d : -f 6 <<< "$old")" = "$home" ] || options+=(--home "$home")
    [ "$(cut -d : -f 7 <<< "$old")" = "$shell" ] || options+=(--shell "$shell")
    [ "$(id -gn "$name")" = "$group" ] || options+=(--gid "$group")
    [ ${#options[@]} = 0 ] || stub_accounts_do usermod "${options[@]}" "$name"
}

# The fields of a line of the accounts file, as the module writes them.
stub_apply_user() {
    local name=$1 uid=${2#-} group=${3#-} extra=${4#-} home=$5 shell=$6 create=$7 mode=$8
    local system=$9 description=${10#-} password=${11#-} password_file=${12#-} initial=${13#-} other
    if ! getent passwd "$name" > /dev/null; then
        stub_make_user "$name" "$uid" "$group" "$home" "$shell" "$system" "$description"
        stub_set_password "$name" "$initial"
    elif stub_has_line "$stub_accounts_manifest" "user $name"; then
        stub_update_user "$name" "$group" "$home" "$shell" "$description"
    fi
    if [ "$create" = yes ] && [ ! -e "$home" ]; then
        stub_accounts_do install -d -m "0$mode" -o "$name" -g "$group" "$home"
    fi
    for other in ${extra//,/ }; do stub_join_group "$name" "$other"; done
    if [ -n "$password_file" ]; then password=$(head -n 1 "$password_file"); fi
    stub_set_password "$name" "$password"
}

# Takes back what an earlier system asked for and this one does not.
stub_drop_accounts() {
    local list=$1 kind name group
    while read -r kind name group; do
        case $kind in
            user)
                cut -f 1,2 "$list" | grep -qxF -e "user	$name" && continue
                # As on NixOS, what the user still runs keeps no account alive.
                ! getent passwd "$name" > /dev/null || stub_accounts_do userdel --force "$name"
                ;;
            group)
                cut -f 1,2 "$list" | grep -qxF -e "group	$name" && continue
                ! getent group "$name" > /dev/null || stub_accounts_do groupdel "$name"
                ;;
            member)
                stub_membership_is_wanted "$list" "$name" "$group" && continue
                ! id -nG "$name" 2> /dev/null | grep -qwF -e "$group" || stub_accounts_do gpasswd --delete "$name" "$group"
                ;;
        esac
        stub_dry || stub_lines "$stub_accounts_manifest" | grep -vxF -e "$kind $name${group:+ $group}" |
            stub_write "$stub_accounts_manifest"
    # Memberships before users, users before their groups.
    done < <(stub_lines "$stub_accounts_manifest" | sed -n -e '/^member /p' | cat - <(stub_lines "$stub_accounts_manifest" | grep '^user ') \
        <(stub_lines "$stub_accounts_manifest" | grep '^group '))
}

stub_membership_is_wanted() {
    awk -F '\t' -v user="$2" -v group="$3" '
        function has(list, one) { return index("," substr(list, 2) ",", "," one ",") }
        $1 == "user" && $2 == user && has($5, group) { found = 1 }
        $1 == "group" && $2 == group && has($4, user) { found = 1 }
        END { exit !found }' "$1"
}

stub_apply_accounts() (
    set -eu
    list=$1/netlib-stub/accounts
    while IFS=$'\t' read -r kind name gid _; do
        [ "$kind" != group ] || stub_apply_group "$name" "$gid"
    done < "$list"
    while IFS=$'\t' read -r -a fields; do
        [ "${fields[0]}" != user ] || stub_apply_user "${fields[@]:1}"
    done < "$list"
    while IFS=$'\t' read -r kind name _ members; do
        [ "$kind" = group ] || continue
        members=${members#-}
        for member in ${members//,/ }; do stub_join_group "$member" "$name"; done
    done < "$list"
    stub_drop_accounts "$list"
)
