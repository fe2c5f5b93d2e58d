# shellcheck shell=sh disable=SC2154
# Whether the server is who it must be and lets the client in; what it serves then is borg's own business.
status=0
said=$(ssh -F "$configuration" -o ConnectTimeout=10 backup-server true < /dev/null 2>&1) || status=$?
# ssh's own failures; whatever borg says on the other side came after the login.
if [ "$status" -eq 255 ]; then
    echo "the backup server cannot be used: $(printf '%s\n' "$said" | tail -n 1)"
    exit 1
fi
if systemctl is-failed --quiet "$unit.service"; then
    echo "the last backup failed; see: journalctl -u $unit"
    exit 1
fi
echo "the backup server lets this node in, and the last backup did not fail"
