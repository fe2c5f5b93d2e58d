# shellcheck shell=bash disable=SC2154
# What a node says of itself, beside its records.
text() { printf '%s' "$1" | tr '\n\t' '  ' | tr -cd '\40-\41\43-\133\135-\176\200-\377' | cut -c "1-${2:-200}"; }

# tell COMMIT: what runs here, for `netlib status` and monitoring, which need no git for it. Before it stand `system`, `who` and `when`.
tell() {
  local file=${GIT_DIR%/*}/deployment
  {
    printf 'system=%s\ncommit=%s\nsubject=%s\n' "$system" "$1" "$(text "$(git log -1 --format=%s "$1")" 100)"
    printf 'who=%s\nsince=%s\n' "${who:-somebody unknown}" "$when"
  } > "$file.new"
  mv -f -- "$file.new" "$file"
}
