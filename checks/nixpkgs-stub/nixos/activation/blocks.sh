# shellcheck shell=bash
# Marked blocks in files that the base system owns: only the lines between the marks are ever touched.

stub_blocks_manifest=$STUB_STATE/blocks-manifest
stub_block_begin='# BEGIN netlib-stub: written by activation, do not edit'
stub_block_end='# END netlib-stub'

# The file $1 without its block.
stub_without_block() {
    stub_lines "$1" | awk -v begin="$stub_block_begin" -v end="$stub_block_end" '
        $0 == begin { inside = 1; next }
        $0 == end && inside { inside = 0; next }
        !inside { print }'
}

# The file $1 with the lines of $2 as its block.
stub_with_block() {
    stub_without_block "$1"
    if [ -s "$2" ]; then
        printf '%s\n' "$stub_block_begin"
        cat "$2"
        # The text may lack its last newline, which would hide the mark.
        [ -z "$(tail -c 1 "$2")" ] || echo
        printf '%s\n' "$stub_block_end"
    fi
}

stub_set_block() {
    local path=/etc/$1 text=$2
    if cmp -s "$path" <(stub_with_block "$path" "$text"); then return 0; fi
    if stub_dry; then
        echo "would change the block in $path"
        return 0
    fi
    if [ ! -e "$path" ]; then
        [ -s "$text" ] || return 0
        mkdir -p "${path%/*}"
        : > "$path"
    fi
    cp -p "$path" "$path.netlib-stub-new"
    stub_with_block "$path" "$text" > "$path.netlib-stub-new"
    # A file that is a mount cannot be replaced, only written.
    mv -f "$path.netlib-stub-new" "$path" 2> /dev/null ||
        { cat "$path.netlib-stub-new" > "$path" && rm -f "$path.netlib-stub-new"; }
}

stub_place_blocks() (
    set -eu -o pipefail
    list=$1/netlib-stub/blocks
    while IFS= read -r target; do
        cut -f 1 "$list" | grep -qxF -e "$target" || stub_set_block "$target" /dev/null
    done < <(stub_lines "$stub_blocks_manifest")
    # First the record: a block that is not known could never be removed.
    stub_dry || { stub_lines "$stub_blocks_manifest"; cut -f 1 "$list"; } | sort -u | stub_write "$stub_blocks_manifest"
    while IFS=$'\t' read -r target text; do
        stub_set_block "$target" "$text"
    done < "$list"
    stub_dry || cut -f 1 "$list" | stub_write "$stub_blocks_manifest"
)
