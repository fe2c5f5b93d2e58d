# shellcheck shell=bash disable=SC2154
# render NAME [FILE] [--private-key FILE]: prints the files of a machine; on a terminal, what apps can scan also as QR codes. `list`
# has a line for each file: machine, name, whether apps scan it, its path in the store, and what it is for.

fail() {
  printf 'netlib: %s\n' "$@" >&2
  exit 2
}

usage='nix run .#render -- NAME [FILE] [--private-key FILE]

Prints the files that a phone, laptop or router needs to join: WireGuard configurations, SSH known hosts. They contain no private key;
--private-key puts in the one that the file has. On a terminal, what apps can scan is shown as a QR code as well.

  nix run .#render -- phone --private-key phone.key
  nix run .#render -- laptop known_hosts >>~/.ssh/known_hosts'

words=() key=''
while [ "$#" -gt 0 ]; do
  case $1 in
    -h | --help) printf '%s\n' "$usage" && exit ;;
    --private-key)
      [ "$#" -gt 1 ] || fail '--private-key needs a file'
      key=$(cat -- "$2") || fail "the private key $2 cannot be read"
      case $key in '' | *[[:space:]]*) fail "$2 holds no private key: a single line is expected, as \`wg genkey\` writes it" ;; esac
      shift
      ;;
    -*) fail "there is no option $1" "$usage" ;;
    *) words+=("$1") ;;
  esac
  shift
done
if [ "${#words[@]}" -eq 0 ] || [ "${#words[@]}" -gt 2 ]; then fail "$usage"; fi
machine=${words[0]} only=${words[1]-}

files=() names='' lacking=''
while IFS=$'\t' read -r of name scans path description; do
  if [ "$of" != "$machine" ]; then continue; fi
  names="$names${names:+, }\`$name\`"
  if [ -n "$only" ] && [ "$only" != "$name" ]; then continue; fi
  if [ "$path" = - ]; then lacking="$lacking${lacking:+, }\"$name\""; else files+=("$name"$'\t'"$scans"$'\t'"$path"$'\t'"$description"); fi
done <"$list"

[ -n "$names" ] || fail "there are no files for \`$machine\`: $machines"
[ "${#files[@]}" -gt 0 ] || [ -n "$lacking" ] || fail "\`$machine\` has no file \`$only\`: its files are $names"

missing=no
for file in "${files[@]}"; do
  IFS=$'\t' read -r name scans path description <<<"$file"
  # The end of the line counts.
  text=$(cat -- "$path" && printf .)
  text=${text%.}
  if [ -n "$key" ]; then text=${text//"$placeholder"/"$key"}; fi
  if [ "${#files[@]}" -gt 1 ]; then printf '==> %s: %s <==\n' "$name" "$description"; fi
  printf '%s' "$text"
  case $text in
    # Without its key a picture of the file would be of no use.
    *"$placeholder"*) missing=yes ;;
    *) if [ "$scans" = true ] && [ -t 1 ]; then printf '%s' "$text" | qrencode -t ANSIUTF8; fi ;;
  esac
done
if [ "$missing" = yes ]; then
  printf '%s stands for the private key of %s: --private-key FILE puts it in.\n' "$placeholder" "$machine" >&2
fi
if [ -n "$lacking" ]; then
  fail "$lacking of \`$machine\` cannot be made yet, most likely because facts are missing: nix run .#netlib -- facts gather" \
    "what is wrong with it: nix eval .#netlibConfigurations.default.config.render.$machine"
fi
