# shellcheck shell=bash disable=SC2154
# What a node gets of its volatile secrets, on stdout: what has changed since it said what it has. Before it stand `node` and `names`.
set -o pipefail
said=$(grep -o "\"secrets-known-$node\":\\[{\"fact\":{\"secrets\":\"[^\"]*\"" "$NETLIB_CONTEXT" | head -n 1 | sed 's/.*"secrets":"//; s/"$//' || :)
salt=${said%% *}
for name in "${names[@]}"; do
  value=$("netlib-secret-$name" < /dev/null | base64 -w 0) || { echo "secrets.$name.from failed" >&2 && exit 1; }
  [ -n "$value" ] || { echo "secrets.$name.from printed nothing" >&2 && exit 1; }
  hash=$({ printf %s "$salt" && base64 -d <<< "$value"; } | sha256sum | cut -c 1-64)
  case " $said " in
    *" $name=$hash "*) printf 'keep %s\n' "$name" ;;
    *) printf 'set %s %s\n%s' "$name" "${#value}" "$value" ;;
  esac
done
