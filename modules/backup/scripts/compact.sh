# shellcheck shell=bash disable=SC2154
# Frees what clients gave up, but keeps it for the days of grace: a copy of hard links costs nothing but what is freed.
status=0
oldest=$(date -d "$GRACE_DAYS days ago" +%F)
today=$(date +%F)
for client in $CLIENTS; do
    repository=$ROOT/$client
    [ -e "$repository/config" ] || continue
    kept=$ROOT/.kept/$client
    mkdir -p "$kept"
    for copy in "$kept"/*; do
        [ -d "$copy" ] || continue
        # Names are days, so they sort.
        [[ ! ${copy##*/} < $oldest ]] || rm -rf "$copy"
    done
    rm -rf "$kept/.new"
    if [ ! -e "$kept/$today" ]; then
        if ! borg with-lock --lock-wait 3600 "$repository" cp -al "$repository" "$kept/.new"; then
            echo "the repository of $client cannot be copied, so nothing is freed" >&2
            status=1
            continue
        fi
        mv "$kept/.new" "$kept/$today"
        # The copy was made under the lock, and has it too.
        rm -rf "$kept/$today"/lock.*
    fi
    borg compact --lock-wait 3600 "$repository" || status=1
done
exit "$status"
