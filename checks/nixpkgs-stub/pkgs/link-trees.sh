# shellcheck shell=bash
# link_trees TARGET SOURCE...: real directories in TARGET, links to all else; the first source wins.

link_trees() {
    local target=$1 source relative
    shift
    for source in "$@"; do
        # -L: a tree reached through a link (bin -> …) is merged, not linked as a whole.
        while IFS= read -r -d '' relative; do
            if [ -d "$source/$relative" ]; then
                mkdir -p "$target/$relative"
            elif [ ! -e "$target/$relative" ] && [ ! -L "$target/$relative" ]; then
                ln -s "$source/$relative" "$target/$relative"
            fi
        done < <(cd "$source" && find -L . -mindepth 1 -print0 | LC_ALL=C sort -z)
    done
}
