# Judges texts before anybody believes them. In: files and their texts, each ended by a character 1. --argjson newest: the highest counter by node;
# --arg network; --arg kinds, words; before this stand the schemas, by kind. Out: for a text that does not hold an object in a line, { file, why };
# for one that holds if its signature does: node, kind, document as it came, signature with tabs for ends of lines, and two objects, of which
# one is the answer.

# What no terminal, log or page shall get from a node: controls, and what turns the direction of text around or cannot be seen.
def is_plain: test("[\\x{0}-\\x{1f}\\x{7f}-\\x{9f}\\x{ad}\\x{34f}\\x{61c}\\x{115f}\\x{1160}\\x{180b}-\\x{180f}\\x{200b}-\\x{200f}\\x{2028}-\\x{202e}\\x{2060}-\\x{206f}\\x{2800}\\x{3164}\\x{feff}\\x{ffa0}\\x{fff0}-\\x{ffff}\\x{e0000}-\\x{e0fff}]") | not;

def is_shallow($depth):
  if type == "object" or type == "array" then $depth > 0 and all(.[]; is_shallow($depth - 1)) else true end;

# The part of JSON Schema that the kinds use. Out: what is wrong, nothing if all is well.
def problems($schema; $at):
  if $schema.type == "integer" then
    if type != "number" or . != floor or fabs > 9007199254740991 then "\($at) is no whole number"
    elif ($schema.minimum != null and . < $schema.minimum) or ($schema.maximum != null and . > $schema.maximum) then "\($at) is out of range"
    else empty end
  elif type != $schema.type then "\($at) is no \($schema.type)"
  elif type == "string" then
    if length > ($schema.maxLength // 1000) then "\($at) is too long"
    elif is_plain | not then "\($at) has control characters"
    elif $schema.pattern != null and (test($schema.pattern) | not) then "\($at) is malformed"
    else empty end
  elif type == "array" then
    if length > $schema.maxItems then "\($at) has too many items"
    else range(0; length) as $index | .[$index] | problems($schema.items; "\($at)[\($index)]") end
  elif type == "object" then
    if $schema.maxProperties != null and length > $schema.maxProperties then "\($at) has too many entries"
    else
      (($schema.required // []) - keys_unsorted | .[] | "\($at).\(.) is missing"),
      (keys_unsorted[] as $key
        | if $schema.properties[$key]? != null then .[$key] | problems($schema.properties[$key]; "\($at).\($key)")
          elif ($schema.additionalProperties | type) != "object" then "\($at) has an unknown field"
          elif $key | (is_plain and test($schema.propertyNames.pattern)) then .[$key] | problems($schema.additionalProperties; "\($at).\($key)")
          else "\($at) has a malformed key" end)
    end
  else empty end;

def no($why): { why: $why };

def judge($text):
  ($text | rtrimstr("\n") | split("\n")) as $lines
  | if $text == "" then no("it is empty")
    elif ($text | length) > 18000 or ($lines[0] | length) > 16384 then no("it is larger than 16 kB")
    elif $text | test("^[ -~\n]*$") | not then no("it has other characters than printable ASCII")
    elif ($lines | length) < 3 or $lines[1] != "-----BEGIN SSH SIGNATURE-----" or $lines[-1] != "-----END SSH SIGNATURE-----" then no("it has no SSH signature")
    else
      ($lines[0] | try { json: fromjson } catch no(if test("^Exceeds depth") then "it is nested too deeply" else "it is not valid JSON" end)) as $read
      | $read.json as $document
      | if $read.why then $read
        elif $document | is_shallow(6) | not then no("it is nested too deeply")
        elif $document | type != "object" then no("it is no object")
        elif ($document.kind | type) != "string" or ($kinds | split(" ") | index([$document.kind]) == null) then no("it is of another kind")
        else
          [limit(1; $document | problems($schemas[.kind]; ""))] as $wrong
          | if $wrong != [] then no($wrong[0] | ltrimstr("."))
            elif $document.network != $network then no("it is of another network")
            elif $document.counter <= ($newest[$document.node] // 0) then no("it is not newer than the last one of \($document.node)")
            else { $document, line: $lines[0], signature: ($lines[1:] | join("\t")) }
            end
        end
    end;

split("\u0001") as $parts
| range(0; ($parts | length) - 1; 2) as $index
| $parts[$index] as $file
| judge($parts[$index + 1])
| if .why then { $file, why } | tojson
  else
    .document.node, .document.kind, .line, .signature,
    ({ $file, node: .document.node, kind: .document.kind, document } | tojson),
    ({ $file, why: "it is not signed by the host key of \(.document.node)" } | tojson)
  end
