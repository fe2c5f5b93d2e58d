# shellcheck shell=bash
# Where activation remembers what it placed: what outlives a reboot in STUB_STATE, the rest in STUB_RUN.

# shellcheck disable=SC2034
STUB_STATE=/var/lib/netlib-stub
# shellcheck disable=SC2034
STUB_RUN=/run/netlib-stub

stub_dry() { [ "${NIXOS_ACTION-}" = dry-activate ]; }

stub_note() { printf '%s\n' "$*" >&2; }

# Replaces the file $1 by standard input, so that a crash leaves the old or the new one.
stub_write() {
    mkdir -p "${1%/*}"
    cat > "$1.new"
    sync "$1.new"
    mv -f "$1.new" "$1"
}

# The lines of $1, or none when there is no such file.
stub_lines() {
    [ ! -e "$1" ] || cat "$1"
}

stub_exists() { [ -e "$1" ] || [ -L "$1" ]; }
