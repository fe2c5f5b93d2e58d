# shellcheck shell=bash
# Says what a system adds to `netlib status`: a line for each field, its name, a tab, and the first line of what its program says.
for program in "${0%/*}"/status/*; do
  [ -x "$program" ] || continue
  said=$(timeout --kill-after=1 5 "$program" </dev/null 2>/dev/null | head -n 1 | head -c 200 | tr -d '\0') || true
  printf '%s\t%s\n' "${program##*/}" "$said"
done
