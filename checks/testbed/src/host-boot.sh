# shellcheck shell=sh
# Starts as process 1 of new mount, pid, uts and ipc namespaces, inside the host's network namespace.
# Becomes the host: leaves word of its process id, enters its own control group, then builds the root.
# Environment: HOST_NAME PID_FILE CGROUP and what host-root.sh wants.
set -eu
mount --make-rprivate /

# /proc is still the machine's, so this is the process id that the machine knows.
read -r pid _ < /proc/self/stat
echo "$pid" > "$PID_FILE.new"
mv "$PID_FILE.new" "$PID_FILE"

# Only from here on a control group namespace: its root is the group the host is in now.
echo 0 > "$CGROUP/cgroup.procs"
exec unshare --cgroup -- sh -c "$HOST_ROOT_SCRIPT" host-root "$@"
