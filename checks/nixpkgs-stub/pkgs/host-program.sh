#!/bin/sh
# Runs the host's own @program@.
for directory in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
    if [ -x "$directory/@program@" ]; then
        exec "$directory/@program@" "$@"
    fi
done
echo "@program@: not on this host; install @package@" >&2
exit 127
