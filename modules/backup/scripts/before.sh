# shellcheck shell=sh disable=SC2154
# A file that no two backups have in common, for the restore check.
{ date -u && head -c 16 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; } > "$directory/sample.new"
mv "$directory/sample.new" "$directory/sample"
