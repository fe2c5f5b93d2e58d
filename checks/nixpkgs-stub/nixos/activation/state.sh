# shellcheck shell=bash
# Where activation remembers what it placed: what outlives a reboot in STUB_STATE, the rest in STUB_RUN.

# shellcheck disable=SC2034
STUB_STATE=/var/lib/netlib-stub
# shellcheck disable=SC2034
STUB_RUN=/run/netlib-stub

# NixOS' own program, on hosts that switch with it: checks/real-switch.
stub_program=/usr/local/lib/netlib-switch/switch-to-configuration

stub_is_real() { [ -x "$stub_program" ]; }

stub_dry() { [ "${NIXOS_ACTION-}" = dry-activate ]; }

stub_note() { printf '%s\n' "$*" >&2; }

# Activations run often, and many at once in tests: what the shell can do by itself starts no process.

# The content of the file $2, or of standard input, in the variable $1.
stub_read() {
    IFS= read -r -d '' "$1" < "${2:-/dev/stdin}" || :
}

# Replaces the file $1 by standard input, so that a crash leaves the old or the new one.
stub_write() {
    local new old=
    stub_read new
    if [ -f "$1" ]; then
        stub_read old "$1"
        [ "$new" != "$old" ] || return 0
    fi
    stub_make_parent "$1"
    printf '%s' "$new" > "$1.new"
    # A power loss takes the files in /run anyway.
    case $1 in /run/*) ;; *) sync "$1.new" ;; esac
    mv -f "$1.new" "$1"
}

# The lines of $1, or none when there is no such file.
stub_lines() {
    local text
    [ -e "$1" ] || return 0
    stub_read text "$1"
    printf '%s' "$text"
}

# Whether the file $1 has the line $2.
stub_has_line() {
    local text
    [ -e "$1" ] || return 1
    stub_read text "$1"
    case $'\n'$text$'\n' in *$'\n'"$2"$'\n'*) return 0 ;; *) return 1 ;; esac
}

# The directory of $1.
stub_make_parent() { [ -d "${1%/*}" ] || mkdir -p "${1%/*}"; }

stub_exists() { [ -e "$1" ] || [ -L "$1" ]; }
