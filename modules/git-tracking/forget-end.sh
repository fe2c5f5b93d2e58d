# shellcheck shell=bash disable=SC2154
# After a machine was forgotten: what this clone knows of it goes, and what is left to be done by people is said. Before it stands
# `has_secrets`, yes or nothing.
name=$NETLIB_ARG_NODE
git for-each-ref --format='delete %(refname)' "refs/netlib/nodes/$name" "refs/netlib/nodes/*/mirror/$name" "refs/netlib/nodes/*/mirror/$name@*" \
  "refs/netlib/cut/$name" "refs/netlib/refused/$name" "refs/netlib/forced/$name" "refs/netlib/lost/$name" | git update-ref --stdin
say() { printf '{"note":"%s"}\n' "$(clean "$1" 600)" >&3; }
# shellcheck disable=SC2016
nix --extra-experimental-features nix-command eval --impure --raw --expr '
  let results = (builtins.fromJSON (builtins.readFile (builtins.getEnv "NETLIB_CONTEXT"))).results or { };
  in builtins.concatStringsSep "" (map (step: "${step} ${if builtins.isString results.${step} then results.${step} else "unknown"}\n") (builtins.attrNames results))
' > "$scratch/results" || :
failed=$(sed -n 's/^forget-\([^ ]*\) \(failed\|offline\|blocked\)$/\1/p' "$scratch/results" | paste -s -d ' ')
[ -z "$failed" ] || say "not done on $failed: run it again when they answer"
# A plan that was refused before it began has done nothing.
grep -q '^forget-' "$scratch/results" || exit 0
todo=''
if [[ " ${all_names[*]} " == *" $name "* ]]; then todo="take nodes.$name out of the flake"; fi
top=$(command git rev-parse --show-toplevel 2> /dev/null || echo .)
[ ! -e "$top/facts/$name.json" ] || todo+="${todo:+, }git rm facts/$name.json"
[ -z "$has_secrets" ] || todo+="${todo:+, }nix run .#command -- secrets rekey, and rotate what it lists"
say "left to do: ${todo:+$todo, }netlib deploy, so that no node lets $name in any more. Its system, with the keys that people have to it, stays as it is: switch the machine off or reinstall it"
