# shellcheck shell=bash
# Builder of the /etc tree. $1: lines of mode, user, group, target and source, separated by tabs.
# Makes $out/etc (links, by target) and $out/files (the list that activation reads).
set -eu

mkdir -p "${out:?}/etc"
cp "$1" "$out/files"
chmod 0444 "$out/files"
while IFS=$'\t' read -r _ _ _ target source; do
    case "/$target/" in
        *//* | */../* | */./*) echo "environment.etc: bad target '$target'" >&2; exit 1 ;;
    esac
    path=$out/etc/$target
    if [ -e "$path" ] || [ -L "$path" ]; then
        echo "environment.etc: two files have the target '$target'" >&2
        exit 1
    fi
    mkdir -p "$(dirname "$path")"
    # A parent that is a link leads out of this tree, into the source of another entry.
    if [ "$(readlink -f "$(dirname "$path")")" != "$(dirname "$path")" ]; then
        echo "environment.etc: '$target' lies below another file of environment.etc" >&2
        exit 1
    fi
    ln -s "$source" "$path"
done < "$1"
