# shellcheck shell=bash
# Keeps a copy of each repository as it was, then frees what its client has marked as deleted. Needs no passphrase.
# Set by the unit: $directory, $clients (names of nodes), $undo_days, $reserve (a size).
: "${directory:?}" "${undo_days:?}" "${clients:?}" "${reserve:?}"
failed=0
today=$(date --utc +%F)
oldest=$(date --utc --date="-$undo_days days" +%F)
spare=$directory/.undo/reserve

# As text, for borg to run under its lock: segments are never written to again, so they are shared; all else is really copied.
# shellcheck disable=SC2016 # the inner shell expands it
copy='
    rm -rf "$2.new"
    mkdir -p "$2.new"
    cp --archive --link "$1/data" "$2.new/data"
    find "$1" -mindepth 1 -maxdepth 1 ! -name data ! -name "lock.*" -exec cp --archive --target-directory="$2.new" "{}" +
    mv "$2.new" "$2"
'

free() { df --output=avail --block-size=1 "$directory" | tail -n 1; }
reserved=$(numfmt --from=iec "$reserve")

# On a full disk nothing of what follows would succeed, not even the lock.
if [ -e "$spare" ] && [ "$(free)" -lt "$reserved" ]; then
    echo "the disk of $directory is full: using the $reserve that were set aside" >&2
    rm -f "$spare"
fi

for client in "${clients[@]}"; do
    repository=$directory/$client
    copies=$directory/.undo/$client
    # Nothing has been backed up yet.
    [ -e "$repository/config" ] || continue
    if [ ! -e "$copies/$today" ]; then
        borg with-lock --lock-wait 3600 "$repository" bash -euc "$copy" copy "$repository" "$copies/$today" ||
            { echo "$client: no undo copy, so nothing is freed" >&2 && failed=1 && continue; }
    fi
    borg compact --lock-wait 3600 "$repository" || { echo "$client: cannot free space in $repository" >&2 && failed=1; }
    for old in "$copies"/*; do
        name=${old##*/}
        # An unfinished copy of an earlier day is of no use either.
        if [[ $name < $oldest ]] || [[ $name == *.new ]]; then rm -rf "$old"; fi
    done
done
# Not the last space that is left: that would fill the disk.
if [ "$reserved" != 0 ] && [ ! -e "$spare" ] && [ "$(free)" -gt $((2 * reserved)) ]; then
    fallocate --length "$reserve" "$spare" || rm -f "$spare"
fi
exit "$failed"
