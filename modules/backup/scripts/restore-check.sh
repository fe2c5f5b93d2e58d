# shellcheck shell=bash disable=SC2154
# Restores from the last backup, and compares. The environment has what borg needs.
stop() {
    echo "$*" >&2
    exit 1
}

last=$(borg info --json --last 1 | jq -r '.archives[0] | "\(.name) \(.end)"') || stop "the repository cannot be read"
archive=${last% *}
case $archive in "" | null) stop "there is no backup yet" ;; esac
age=$((($(date +%s) - $(date -d "${last##* }" +%s)) / 86400))
[ "$age" -lt "$MAX_AGE_DAYS" ] || stop "the last backup, $archive, is $age days old"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
borg extract "::$archive" "${SAMPLE#/}" || stop "the sample cannot be restored from $archive"
cmp "$SAMPLE" "$work$SAMPLE" || stop "the sample of $archive is not that of the last backup: did that one fail?"
if [ "$RESTORE" = everything ]; then
    borg extract --dry-run "::$archive" || stop "$archive cannot be restored as a whole"
fi
echo "restored from $archive, which is $age days old"
