#!/bin/sh
# Speaks the lines of nix-eval-jobs where there is none. Arguments: how many processes at once, most units in one, a folder for roots,
# and a `nix eval` of the network. Standard input: units, one a line: jobs that go together, such as `toplevels.alpha programs.alpha`.
# A process evaluates a set of units; where that fails, each of their jobs has its own. What Nix says meanwhile is on stderr.
set -u

# shellcheck disable=SC2016
record='{ inherit attrPath; inherit (d) drvPath system; outputs.out = d.outPath; meta.netlib = d.meta.netlib or { }; }'
# shellcheck disable=SC2016
job='network.${builtins.elemAt attrPath 0}.${builtins.elemAt attrPath 1}'
function="network: builtins.concatStringsSep \"\" (map (attrPath: let d = $job; in builtins.toJSON $record + \"\\n\")"

# records FILE JOBS EVAL…: evaluates these jobs and roots what they are, again where the garbage collector came in between.
records() {
  file=$1 list=
  for job in $2; do list="$list [ \"${job%%.*}\" \"${job#*.}\" ]"; done
  shift 2
  for _ in 1 2 3; do
    "$@" --raw --apply "$function [$list ])" >"$file" 2>"$file.err" || return
    # Store paths have no blanks.
    # shellcheck disable=SC2046
    nix --extra-experimental-features 'nix-command flakes' build --out-link "$file.root" \
      $(grep -o '"drvPath":"[^"]*"' "$file" | cut -d '"' -f 4) 2>"$file.failed" && return
  done
  cat "$file.failed" >"$file.err"
  return 1
}

# failure STATUS FILE: the fields of a record that say how an evaluation failed.
failure() {
  error=$(grep '^@nix .*"level":0,.*"raw_msg":' "$2.err" | tail -n 1)
  if [ "$1" -gt 128 ]; then
    printf '"fatal":true,"error":"evaluation worker got killed by signal %s"}\n' $(($1 - 128))
  elif [ -n "$error" ]; then
    printf '%s\n' "${error#@nix ?}"
  else
    text=$(tail -n 40 "$2.err" | tr -d '\000-\010\013-\037' | sed 's/[\\"]/\\&/g' | awk '{ printf "%s\\n", $0 }')
    printf '"error":"%s"}\n' "$text"
  fi
}

# report STATUS FILE JOB: prints what came of it, while no other process prints.
report() {
  until mkdir "${set%/*}/lock" 2>/dev/null; do sleep 0.05; done
  if [ "$1" = 0 ]; then
    cat "$2.err" >&2
    cat "$2"
  else
    printf '{"attrPath":["%s","%s"],%s\n' "${3%%.*}" "${3#*.}" "$(failure "$1" "$2")"
  fi
  rmdir "${set%/*}/lock"
}

if [ "$1" = --set ]; then
  set=$2
  shift 2
  jobs=$(cat "$set")
  records "$set.all" "$jobs" "$@"
  status=$?
  if [ "$status" = 0 ] || [ "$(wc -w <"$set")" = 1 ]; then
    report "$status" "$set.all" "$jobs"
    exit
  fi
  for job in $jobs; do
    records "$set.$job" "$job" "$@"
    report $? "$set.$job" "$job"
  done
  exit
fi

workers=$1 most=$2 roots=$3
shift 3
work=$(mktemp -d "$roots/XXXXXX") || exit
cat >"$work/units"
size=$((($(wc -l <"$work/units") + workers - 1) / workers))
[ "$size" -le "$most" ] || size=$most
split -l "$size" "$work/units" "$work/set."
printf '%s\n' "$work"/set.* | xargs -P "$workers" -I '{}' sh "$0" --set '{}' "$@"
