# shellcheck shell=bash
# Fails when a client has not backed up for too long, or when the disk is about to be full. Says what a client uses of its quota.
# Set by the unit: $directory, $clients (names of nodes), $quotas (by client), $alarm_after (hours), $reserve (a size).
: "${directory:?}" "${alarm_after:?}" "${clients:?}" "${reserve:?}"
failed=0

# du says more than borg counts, never less by much.
usage_of() {
    used=$(du --summarize --human-readable "$1" 2> /dev/null | cut -f 1)
    if [ -n "$2" ]; then echo "it uses $used of its quota of $2"; else echo "it uses $used, without a quota"; fi
}

for client in "${clients[@]}"; do
    repository=$directory/$client
    # Each transaction of an append-only client adds a line here. Before the first, the directory's own age counts.
    last=$(stat --format=%Y "$repository/transactions" 2> /dev/null || stat --format=%Y "$repository") ||
        { failed=1 && continue; }
    hours=$((($(date +%s) - last) / 3600))
    if [ "$hours" -ge "$alarm_after" ]; then
        echo "$client: no backup for $hours hours; $(usage_of "$repository" "${quotas[$client]-}")" >&2
        failed=1
    fi
done

free=$(df --output=avail --block-size=1 "$directory" | tail -n 1)
if [ "$free" -lt "$(numfmt --from=iec "$reserve")" ]; then
    echo "$directory: the disk has only $(numfmt --to=iec "$free") left: raise it, keep fewer archives, or set quotas" >&2
    failed=1
fi
exit "$failed"
