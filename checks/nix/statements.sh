#!/usr/bin/env bash
# Signed statements, made and checked by the program itself: checks/nix/statements.sh PROGRAM
# A line for each case: "ok NAME", or "NAME: what came instead". checks/nix/run counts them.
set -u
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
export LC_ALL=C

for node in web evil; do
  ssh-keygen -q -t ed25519 -N '' -C '' -f "$node"
  printf '%s %s\n' "$node" "$(cut -d ' ' -f 1,2 "$node.pub")" >> signers
done

# made NODE FIELDS [NETWORK]: a statement by the key of the node.
made() { printf '%s' "$2" | "$program" make status --network "${3:-lab}" --node "$1" --key "$1" --counter "./counter-$1"; }
# signed NODE DOCUMENT [NAMESPACE]: any text that the node has signed, whatever it says.
signed() {
  printf '%s\n' "$2"
  printf '%s\n' "$2" | ssh-keygen -Y sign -q -f "$1" -n "${3:-netlib-status@lab}" 2> /dev/null
}
# text NODE KEY VALUE: a document as the program makes them, with one more field.
text() { printf '{"%s":%s,"schema":1,"kind":"status","network":"lab","node":"%s","counter":99999999999,"boot":"37bba384-5875-4154-815a-075648fbdce7","time":"2026-11-30T05:11:01Z"}' "$2" "$3" "$1"; }
check() { "$program" check --network lab --signers signers --kinds "status" "$@"; }
# expect NAME WORDS FILE…: this is the answer, and for the last file.
expect() {
  local name=$1 words=$2 answer
  shift 2
  answer=$(check "$@" 2>&1 | tail -n 1)
  if [[ $answer == *"$words"* ]]; then printf 'ok %s\n' "$name"; else printf '%s: "%s" instead of "%s"\n' "$name" "${answer:0:300}" "$words"; fi
}
many() { local text; text=$(printf "%$1s" ''); printf '%s' "${text// /$2}"; }

made web '{"system":"s1","checks":[{"node":"web","name":"http","healthy":false,"reason":"<b>böse</b> \"x\""}]}' > good
expect 'what a node has signed holds' '"file":"good","node":"web","kind":"status","document":{"system":"s1"' good
expect 'it holds letter by letter' '<b>böse</b> \"x\"' good
made web '{"system":"s2"}' > second
[ "$(head -n 1 good | sed 's/.*"counter":\([0-9]*\).*/\1/')" -lt "$(head -n 1 second | sed 's/.*"counter":\([0-9]*\).*/\1/')" ] && echo 'ok each has a higher counter' || echo 'counters do not grow'
echo 5 > counter-web
made web '{}' > third
[ "$(head -n 1 third | sed 's/.*"counter":\([0-9]*\).*/\1/')" -ge "$(date -d '1 hour ago' +%s)" ] && echo 'ok a counter that was lost does not begin again' || echo 'the counter began again'

printf '{"web":%s}' "$(head -n 1 second | sed 's/.*"counter":\([0-9]*\).*/\1/')" > newest
answer=$("$program" check --network lab --signers signers --kinds status --newest newest good)
[[ $answer == *'not newer than the last one of web'* ]] && echo 'ok an old statement is not newer than the last one' || echo "replayed: $answer"

sed '1s/s1/s9/' good > changed
expect 'a changed document is not signed' 'not signed by the host key of web' changed
signed evil "$(text web system '"s"')" > other
expect 'the name of another node needs its key' 'not signed by the host key of web' other
signed web "$(text nobody system '"s"')" > unknown
expect 'a node that nobody knows has no key' 'not signed by the host key of nobody' unknown
signed web "$(text web system '"s"')" netlib-log@lab > namespace
expect 'a signature of another kind is none of this' 'not signed by the host key of web' namespace
made web '{}' elsewhere > network
expect 'a statement of another network is none of this' 'of another network' network
printf '{}' | "$program" make log --network lab --node web --key web --counter ./counter-web > of-log
expect 'a statement of another kind is none of these' 'of another kind' of-log

signed evil "$(text evil system "\"$(many 16400 x)\"")" > large
expect 'a document of more than 16 kB' 'larger than 16 kB' large
head -c 3000000 /dev/zero | tr '\0' '[' > endless
expect 'a file of megabytes' 'larger than 16 kB' endless
signed evil "$(text evil checks "$(many 2000 '[')$(many 2000 ']')")" > deep
expect 'two thousand brackets' 'nested too deeply' deep
signed evil "$(text evil checks "$(many 20 '[')$(many 20 ']')")" > shallow
expect 'twenty brackets' 'nested too deeply' shallow
signed evil "$(text evil system '"\u001b[2J"')" > escape
expect 'an escape sequence of terminals, as JSON writes it' 'control characters' escape
signed evil "$(text evil system "\"$(printf '\033')[2J\"")" > raw
expect 'an escape sequence of terminals as it is' 'printable ASCII' raw
signed evil "$(text evil system '"\u202e"')" > bidi
expect 'text that turns around' 'control characters' bidi
signed evil "$(text evil system '"\u0000"')" > zero
expect 'a zero character' 'control characters' zero
signed evil "$(text evil system '"\u200b"')" > invisible
expect 'text that cannot be seen' 'control characters' invisible
for character in 061c 3164 034f 2800; do
  signed evil "$(text evil system "\"\\u$character\"")" > hidden
  expect "U+$character, which turns text around or cannot be seen" 'control characters' hidden
done
signed evil "$(text evil system '"\ud800"')" > surrogate
expect 'half a character' '"why"' surrogate
signed evil "$(text evil system '"a","system":1')" > twice
expect 'of a field twice, the last counts' 'system is no string' twice
signed evil "$(text evil generation 9007199254740993)" > huge
expect 'a number that some read otherwise' 'no whole number' huge
printf '\n-----BEGIN SSH SIGNATURE-----\n\n-----END SSH SIGNATURE-----\n' > blank
expect 'an empty line for a document' 'not valid JSON' blank
printf 'x\360' > torn
expect 'half of a character of UTF-8 does not reach into the next file' '"file":"second","node":"web"' torn second
for half in '' 09 abc 99999999999999999999; do
  printf '%s' "$half" > counter-web
  made web '{}' > after
  expect "a node whose counter was '$half' still speaks" '"node":"web"' after
done
printf 'x\0y' > zeros
expect 'a zero byte ends a text' 'no SSH signature' zeros
signed evil "$(text evil color '"red"')" > field
expect 'an unknown field' 'unknown field' field
signed evil "$(text evil generation 1.5)" > broken
expect 'half a generation' 'no whole number' broken
signed evil "$(text evil generation 1e999)" > infinite
expect 'a number without end' 'no whole number' infinite
signed evil "$(text evil generation nan)" > no-number
expect 'no number at all' '"why"' no-number
signed evil "$(text evil failedUnits "[$(many 40 '"a",')\"a\"]")" > list
expect 'a list that is too long' 'too many items' list
signed evil "$(text evil fields '{"<script>":"x"}')" > script
expect 'a script as a key' 'malformed key' script
signed evil "$(text '../../etc/passwd' system '"s"')" > path
expect 'a path as a name' 'node is malformed' path
signed evil '{"kind":["status"]}' > kind
expect 'a kind that is a list' 'of another kind' kind
signed evil '{"kind":"status"}' > missing
expect 'a statement without a name' 'is missing' missing
signed evil '[1]' > array
expect 'a list' 'no object' array
signed evil '{"a":' > half
expect 'half of JSON' 'not valid JSON' half
signed evil '{"a":1}{"b":2}' > two
expect 'two documents in a line' 'not valid JSON' two
: > empty
expect 'an empty file' 'it is empty' empty
head -n 1 good > unsigned
expect 'no signature' 'no SSH signature' unsigned
printf '%s\n-----BEGIN SSH SIGNATURE-----\n%s\n-----END SSH SIGNATURE-----\n' "$(head -n 1 good)" 'AAAA' > garbage
expect 'a signature that is none' 'not signed by the host key of web' garbage
printf '%s' "$(< good)" > unended
expect 'one that does not end with a line does not reach into the next' '"file":"second","node":"web"' unended second
answers=$(check unsigned good half second | wc -l)
[ "$answers" = 4 ] && echo 'ok each file has an answer' || echo "$answers answers for four files"

"$program" make status --network lab --node web --key web --counter ./counter-web <<< "{\"system\":\"$(many 16400 x)\"}" > too-large 2> said
[ ! -s too-large ] && grep -q 'at most 16384' said && echo 'ok nothing is signed that is too large' || echo "too large: $(head -c 300 too-large said)"
