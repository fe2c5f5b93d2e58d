# shellcheck shell=bash
# What else activation does to the running host.

stub_set_hostname() {
    [ "$(hostname)" = "$1" ] || hostname "$1"
}

# A parameter this kernel or container does not have is no reason to fail: systemd-sysctl only warns as well.
stub_apply_sysctl() {
    sysctl --quiet --ignore --load "$1" || stub_note "sysctl: some parameters of $1 could not be set"
}

stub_load_modules() {
    local module
    for module in "$@"; do
        modprobe "$module" 2> /dev/null || stub_note "cannot load the kernel module $module"
    done
}

stub_apply_tmpfiles() {
    systemd-tmpfiles --create --remove "$1"
}

stub_make_host_key() (
    set -eu
    path=$1 type=$2 bits=$3 comment=$4
    [ ! -s "$path" ] || exit 0
    mkdir -p "$(dirname "$path")"
    rm -f "$path"
    ssh-keygen -q -t "$type" ${bits:+-b "$bits"} -C "$comment" -N '' -f "$path"
)
