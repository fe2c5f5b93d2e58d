# shellcheck shell=bash disable=SC2154
# Signed statements: what a host says of itself, so that others can check that it was this host. Before it stands `check_program`, a file for jq.
#
#   statement make KIND --network ID --node NAME --key FILE [--counter FILE] < fields.json
#   statement check --network ID --signers FILE --kinds "KIND…" [--newest FILE] FILE…
#
# `make` prints a line of JSON and the SSH signature of that line. `check` prints a line of JSON for each file: { file, node, kind, document } of
# what holds, { file, why } of the rest. `--signers` is a file of names and keys as ssh-keygen has it, `--newest` one of JSON: the highest counter by
# node.
export LC_ALL=C
network='' node='' key='' counter=/var/lib/netlib/statements/counter signers='' kinds='' newest=''
fail() {
  printf 'statement: %s\n' "$1" >&2
  exit 2
}

# Never the same number twice, and never a lower one, also on a disk that was restored or made anew: the clock is ahead of what was counted.
next_counter() {
  local last=0 now
  mkdir -p -- "${counter%/*}"
  exec 8> "$counter.lock"
  flock 8
  if [ -r "$counter" ]; then read -r last < "$counter" || :; fi
  case $last in '' | *[!0-9]* | ???????????????*) last=0 ;; esac
  now=$(date +%s)
  last=$((10#$last))
  number=$((last + 1 > now ? last + 1 : now))
  printf '%s\n' "$number" > "$counter.new"
  mv -f -- "$counter.new" "$counter"
  exec 8>&-
}

make() {
  local boot document signature
  if [ -z "$network" ] || [ -z "$node" ] || [ -z "$key" ]; then fail 'make needs --network, --node and --key'; fi
  umask 077
  next_counter
  read -r boot < /proc/sys/kernel/random/boot_id
  document=$(jq --compact-output --ascii-output --slurp --arg kind "$kind" --arg network "$network" --arg node "$node" --argjson counter "$number" \
    --arg boot "$boot" --arg time "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    'if length == 1 and (.[0] | type) == "object" then .[0] else error("stdin is not one object") end
      + { schema: 1, $kind, $network, $node, $counter, $boot, $time }')
  [ "${#document}" -le 16384 ] || fail "the fields make a document of ${#document} bytes; at most 16384 are signed"
  signature=$(printf '%s\n' "$document" | ssh-keygen -Y sign -q -f "$key" -n "netlib-$kind@$network") || fail "$key signs nothing; see above"
  printf '%s\n%s\n' "$document" "$signature"
}

# Each file and its text, as far as that can be a statement, both ended by a character that no statement has.
texts() {
  local file text
  for file in "$@"; do
    text=''
    IFS= read -r -d '' -n 18001 text < "$file" || :
    printf '%s\1%s\1' "$file" "${text//$'\1'/$'\2'}"
  done
}

check() {
  local folder counters='{}' document kind line signature good bad
  if [ -z "$network" ] || [ -z "$kinds" ] || [ ! -r "$signers" ]; then fail 'check needs --network, --signers and --kinds'; fi
  [ -z "$newest" ] || counters=$(cat -- "$newest")
  folder=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf -- '$folder'" EXIT
  while IFS= read -r line; do
    case $line in
      '{"'*) printf '%s\n' "$line" && continue ;;
    esac
    node=$line
    { IFS= read -r kind && IFS= read -r document && IFS= read -r signature && IFS= read -r good && IFS= read -r bad; } || break
    printf '%s\n' "${signature//$'\t'/$'\n'}" > "$folder/signature"
    # Of exactly the text that was judged.
    if printf '%s\n' "$document" |
      ssh-keygen -Y verify -q -f "$signers" -I "$node" -n "netlib-$kind@$network" -s "$folder/signature" > /dev/null 2>&1; then
      printf '%s\n' "$good"
    else
      printf '%s\n' "$bad"
    fi
  done < <(texts "$@" | jq --raw-input --slurp --raw-output --argjson newest "$counters" --arg network "$network" --arg kinds "$kinds" --from-file "$check_program")
}

action=${1-}
[ $# = 0 ] || shift
if [ "$action" = make ]; then
  kind=${1-}
  [[ $kind =~ ^[a-z]{1,20}$ ]] || fail 'make needs a kind'
  shift
fi
while [[ ${1-} == --?* ]]; do
  case $1 in
    --network) network=${2-} ;;
    --node) node=${2-} ;;
    --key) key=${2-} ;;
    --counter) counter=${2-} ;;
    --signers) signers=${2-} ;;
    --kinds) kinds=${2-} ;;
    --newest) newest=${2-} ;;
    *) fail "there is no option $1" ;;
  esac
  shift 2 || fail "the option $1 needs a value"
done
case $action in
  make | check) "$action" "$@" ;;
  *) fail 'usage: statement make KIND … | statement check …; see docs/statements.md' ;;
esac
