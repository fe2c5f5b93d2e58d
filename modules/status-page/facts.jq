# What a node has found out, as the fields of a statement: texts without control characters, and no more than fits.
def plain($most): gsub("[\\x{0}-\\x{1f}\\x{7f}-\\x{9f}\\x{ad}\\x{34f}\\x{61c}\\x{115f}\\x{1160}\\x{180b}-\\x{180f}\\x{200b}-\\x{200f}\\x{2028}-\\x{202e}\\x{2060}-\\x{206f}\\x{2800}\\x{3164}\\x{feff}\\x{ffa0}\\x{fff0}-\\x{ffff}\\x{e0000}-\\x{e0fff}]"; " ") | .[:$most];
def lines: split("\n") | map(select(. != ""));
def columns: lines | map(split("\t"));
def filled: with_entries(select(.value != "" and .value != null and .value != [] and .value != {}));
def number: try tonumber catch null;

def all:
  { system: ($system | plain(250)), booted: ($booted | plain(250)), profile: ($profile | plain(250)), planned: ($planned | plain(250)), $generation,
    deployment: ({ id: ($id | plain(100)), phase: ($phase | plain(40)), goal: ($goal | plain(40)), by: ($by | plain(200)), began: ($began | plain(40)),
      ended: ($ended | plain(40)), message: ($message | plain(300)) } | filled),
    commit: ($commit | split("\t") | if length < 4 then {} else { id: .[0], time: (.[1] | number), by: (.[2] | plain(100)), subject: (.[3:] | join(" ") | plain(200)) } end),
    failedUnits: ($failed | lines | map(plain(250)) | .[:32]),
    restart: ($restart | plain(200)),
    disks: [$disks | lines[] | capture("^ *(?<percent>[0-9]+)% +(?<mount>.*)$")? | { mount: (.mount | plain(200)), percent: (.percent | tonumber) }][:8],
    fields: ([$fields | columns[] | select(.[0] | test("^[A-Za-z0-9_.-]{1,100}$")) | { key: .[0], value: (.[1:] | join(" ") | plain(200)) }][:32] | from_entries),
    peers: ([$peers | columns[] | { key: .[0], value: (.[1] | number) } | select(.value != null)] | group_by(.key) | map(max_by(.value)) | .[:200] | from_entries),
    rollouts: ([$rollouts | columns[] | select(.[0] | test("^[A-Za-z0-9_.-]{1,100}$")) | .[0] as $name | (.[1:] | join("\t") | try fromjson catch null)
      | select(type == "object" and (.waiting | type) == "object")
      | (.waiting.digest // "" | tostring) as $digest
      | { key: $name, value: ({ digest: $digest, batch: (.waiting.batch | if type == "number" then . else 0 end), deployer: (.waiting.deployer // "" | tostring | plain(200)),
          since: (.waiting.since // "" | tostring | plain(40)),
          approvedBy: (if .approval.digest? == $digest and (.approval.batch? // -1) >= (.waiting.batch // 0) then .approval.by // "" | tostring | plain(200) else "" end) } | filled) }]
      | .[:32] | from_entries),
    backups: ([$backups | lines[] | capture("^(?<key>[A-Za-z0-9_.-]{1,63}):(?<value>[0-9]{1,12})$")? | .value |= tonumber][:16] | from_entries),
    checks: [$checks | columns[] | { node: .[0], name: .[1], healthy: (.[2] == "0"), reason: (.[3:] | join(" ") | plain(300)) } | filled][:64] }
  | filled;

# 16 kB are signed, of ASCII: any other character is written with six or twelve.
def size: tojson | reduce explode[] as $character (0; . + if $character < 127 then 1 elif $character < 65536 then 6 else 12 end);
def is_long: size > 15000;

# What is long gives way first.
all
| if is_long then .checks |= ((. // []) | map(if .reason then .reason |= .[:60] else . end)) | .failedUnits |= ((. // [])[:8] | map(.[:80])) else . end
| if is_long then .checks |= (sort_by(.healthy) | .[:30]) | .peers |= ((. // {}) | to_entries | sort_by(-.value) | .[:40] | from_entries) | del(.backups) else . end
| if is_long then del(.fields, .peers, .disks) else . end
| if is_long then .checks |= ((. // []) | map(del(.reason))) | .failedUnits |= (. // [])[:4] | del(.rollouts) else . end
| if is_long then { system, booted, profile, planned, generation, deployment: (.deployment // {} | del(.message, .by)), checks: (.checks // [])[:8] } | filled else . end
