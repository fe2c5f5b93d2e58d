# shellcheck shell=bash
# Fails when a client has not backed up for too long.
# Set by the unit: $directory, $clients (names of nodes), $alarm_after (hours).
: "${directory:?}" "${alarm_after:?}" "${clients:?}"
failed=0
for client in "${clients[@]}"; do
    repository=$directory/$client
    # Each transaction of an append-only client adds a line here. Before the first, the directory's own age counts.
    last=$(stat --format=%Y "$repository/transactions" 2> /dev/null || stat --format=%Y "$repository") ||
        { failed=1 && continue; }
    hours=$((($(date +%s) - last) / 3600))
    if [ "$hours" -ge "$alarm_after" ]; then
        echo "$client: no backup for $hours hours" >&2
        failed=1
    fi
done
exit "$failed"
