# shellcheck shell=bash
# Builder of the directory of units. $1: lines of name, strategy, directory with the file, wantedBy, requiredBy,
# upheldBy and aliases (lists led by a dash). Makes $out/list: lines of kind, path and target:
#   unit NAME STRATEGY FILE; link PATH TARGET (wants, requires, upholds, aliases).
set -eu

mkdir -p "${out:?}/units"
: > "$out/list"

links() {
    local suffix=$1 name=$2 by
    shift 2
    for by in "$@"; do
        printf 'link\t%s.%s/%s\t../%s\n' "$by" "$suffix" "$name" "$name" >> "$out/list"
    done
}

while IFS=$'\t' read -r name strategy directory wanted_by required_by upheld_by aliases; do
    file=/dev/null
    # The file is looked for, as a store path's name cannot hold all that a unit's can.
    [ "$strategy" = masked ] || file=$(find "$directory" -type f)
    ln -s "$file" "$out/units/$name"
    printf 'unit\t%s\t%s\t%s\n' "$name" "$strategy" "$file" >> "$out/list"
    [ "$strategy" != masked ] || continue
    # shellcheck disable=SC2086
    {
        links wants "$name" ${wanted_by#-}
        links requires "$name" ${required_by#-}
        links upholds "$name" ${upheld_by#-}
    }
    for alias in ${aliases#-}; do
        printf 'link\t%s\t%s\n' "$alias" "$name" >> "$out/list"
    done
done < "$1"
