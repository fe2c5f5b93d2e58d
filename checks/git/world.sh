# shellcheck shell=bash
# A network for the programs of modules/git-tracking alone: real git and real signatures, nodes that are mount namespaces of this machine,
# and functions in place of netlib and of its host script. Needs root, in a machine of its own: it is run in the chroot of the test bed.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
world=$(mktemp -d)
declare -A holder=()
export PATH=$world/bin:$PATH GIT_CONFIG_GLOBAL=$world/gitconfig HOME=$world/home LC_ALL=C
trap 'kill "${holder[@]}" 2> /dev/null; rm -rf "$world" 2> /dev/null' EXIT
mkdir -p "$world/bin" "$world/crashing" "$world/home/.ssh" "$world/node" "$world/keys" /var/lib/netlib /etc/netlib /nix/var/nix/profiles
printf '[init]\n\tdefaultBranch = main\n[safe]\n\tdirectory = *\n[advice]\n\tdetachedHead = false\n' > "$GIT_CONFIG_GLOBAL"

# --- stand-ins ---------------------------------------------------------------------------------------------------------------

# The way to a node: counted, cut after so many bytes where somebody wants that, closed where the node is off, and endless where it is silent.
cat > "$world/bin/ssh" << SSH
#!/bin/bash
while [[ \${1-} == -* ]]; do shift 2; done
node=$world/node/\$1
echo "\$1" >> $world/sessions
[ ! -e "\$node/off" ] || exit 255
[ ! -e "\$node/silent" ] || exec sleep 600
enter() { PATH=/usr/bin:/bin nsenter --mount --target "\$(cat "\$node/holder")" -- sh -c "\$1"; }
if [ -e "\$node/cut" ]; then stdbuf -o0 head -c "\$(cat "\$node/cut")" < <(enter "\$2"); else enter "\$2"; fi
SSH
# git, which is killed with whatever runs it at the so-manieth call.
cat > "$world/crashing/git" << 'GIT'
#!/bin/bash
echo >> "$NETLIB_TEST_CRASH.calls"
if [ "$(wc -l < "$NETLIB_TEST_CRASH.calls")" = "$(cat "$NETLIB_TEST_CRASH")" ]; then
  read -r -a fields < /proc/self/stat
  kill -KILL -- "-${fields[4]}"
fi
exec /usr/bin/git "$@"
GIT
chmod +x "$world/bin"/* "$world/crashing"/*

# --- nodes and people --------------------------------------------------------------------------------------------------------

on() {
  local node=$1
  shift
  nsenter --mount --target "${holder[$node]}" -- "$@"
}
node_git() {
  local node=$1
  shift
  /usr/bin/git -C "$world/node/$node/netlib/network.git" -c user.name=x -c user.email=x@example.org "$@"
}

new_node() {
  local at=$world/node/$1
  mkdir -p "$at"/{netlib,profiles,run,etc,store}
  ln -s /run/current-system/etc/netlib/git-upload "$at/etc/git-upload"
  ln -s /run/current-system/etc/netlib/git-receive "$at/etc/git-receive"
  ssh-keygen -q -t ed25519 -N '' -C '' -f "$at/run/host_key"
  unshare --mount sh -c "
    mount --bind $at/netlib /var/lib/netlib && mount --bind $at/profiles /nix/var/nix/profiles && mount --bind $at/etc /etc/netlib &&
    mount --bind $at/store /nix/store && mount --bind $at/run /run && echo \$\$ >$at/holder && exec sleep 100000" > /dev/null 2>&1 &
  holder[$1]=$!
  until [ -s "$at/holder" ]; do sleep 0.01; done
}
new_person() { ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$world/keys/$1"; }

# write_programs SETTINGS [LOCAL]: for all nodes that there are.
write_programs() {
  local folder
  folder=$world/programs-${1//[^a-z0-9A-Z]/}-$(tr -cd '[:lower:]' <<< "${2-}")
  ln -sfn "$folder" "$world/programs"
  [ ! -d "$folder" ] || return 0
  local nodes keys='' signers='' node person
  nodes=("${!holder[@]}")
  for node in "${nodes[@]}"; do keys+="\"$node\" = \"$(cut -d ' ' -f 1,2 "$world/node/$node/run/host_key.pub")\"; "; done
  for person in alice bob; do signers+="$person = [ \"$(cut -d ' ' -f 1,2 "$world/keys/$person.pub")\" ]; "; done
  mkdir "$folder"
  /usr/bin/nix --extra-experimental-features nix-command eval --offline --impure --raw --expr "
    let programs = import $here/programs.nix {
      nodes = [ $(printf '"%s" ' "${nodes[@]}")]; local = [ ${2-} ]; hostKeys = { $keys }; signers = { $signers }; settings = { ${1-} };
    };
    in builtins.concatStringsSep \"\" (map (name: \"\n@@@\${name}\n\${programs.\${name}}\") (builtins.attrNames programs))" |
    awk -v folder="$folder" '/^@@@/ { file = folder "/" substr($0, 4); next } file { print > file }'
  chmod +x "$folder"/*
}

# clone_of PERSON FROM: with a name and a key of its owner.
clone_of() {
  local clone=$world/clones/$1
  if [ -n "${2-}" ]; then git clone -q "$2" "$clone"; else git init -q "$clone"; fi
  git -C "$clone" config user.name "$1"
  git -C "$clone" config user.email "$1@example.org"
  git -C "$clone" config user.signingKey "$world/keys/$1.pub"
  git -C "$clone" config gpg.format ssh
  git -C "$clone" config commit.gpgSign true
}
# edit CLONE FILE TEXT: committed.
edit() {
  mkdir -p "$(dirname "$1/$2")"
  printf '%s\n' "$3" >> "$1/$2"
  git -C "$1" add -A
  git -C "$1" commit -q -m "$3"
}

# --- in place of netlib ----------------------------------------------------------------------------------------------------

# system_of CLONE NODE COMMIT: made of the files of this node, and of those of all.
system_of() { echo "/nix/store/$(git -C "$1" ls-tree -r "$3" -- "$2.d" all.d | sha256sum | head -c 32)-nixos-system-$2"; }
runs() { readlink "$world/node/$1/run/current-system" || :; }
boots() { readlink "$world/node/$1/profiles/$(readlink "$world/node/$1/profiles/system" || echo none)" || :; }
ref_on() { node_git "$1" rev-parse -q --verify "refs/netlib/deployed/$1" || :; }
head_of() { git -C "$1" rev-parse HEAD; }

# program NAME WORDS…: in a group of processes of its own, which may be killed.
program() {
  local name=$1
  shift
  setsid -w "$world/programs/$name" "$@"
}

copy_system() {
  local at=$world/node/$1/store/${2##*/}/etc/netlib
  [ -e "$at" ] || { mkdir -p "$at" && cp "$world/programs/upload-$1" "$at/git-upload" && cp "$world/programs/receive-$1" "$at/git-receive"; }
}

hook() {
  local node=$1 which=$2 kind=$3
  on "$node" env NETLIB_HOOK="$kind" NETLIB_DEPLOY="$nonce" NETLIB_SYSTEM="$toplevel" NETLIB_PREVIOUS="$previous" setsid -w "$world/programs/$which-$node"
}
go_back() {
  if [ -n "$previous" ]; then ln -sfn "$previous" "$world/node/$1/run/current-system"; else rm -f "$world/node/$1/run/current-system"; fi
}
# power_cut NODE: it boots what its profile names.
power_cut() {
  local system
  system=$(boots "$1")
  if [ -n "$system" ]; then ln -sfn "$system" "$world/node/$1/run/current-system"; else rm -f "$world/node/$1/run/current-system"; fi
}

number=0 runs_made=0
# activate NODE TOPLEVEL: as the host script does, and as `mishap` says: fails, or the power goes `before`, `during` or `after` the confirmation.
activate() {
  local node=$1 toplevel=$2 previous nonce
  number=$((number + 1)) nonce=${run_name-deploy$number} previous=$(runs "$1")
  if [ "$previous" = "$toplevel" ] && [ "$(boots "$node")" = "$toplevel" ]; then return; fi
  mkdir -p "$world/node/$node/netlib/deploys/$nonce"
  printf 'started=%s\ndeployer=%s@desk\n' "$(date -u +%FT%TZ)" "$(id -un)" > "$world/node/$node/netlib/deploys/$nonce/state"
  echo 'units were restarted' > "$world/node/$node/netlib/deploys/$nonce/log"
  hook "$node" before beforeActivate || { hook "$node" rollback onRollback; return 1; }
  ln -sfn "$toplevel" "$world/node/$node/run/current-system"
  case ${mishap-} in
    fails) go_back "$node"; hook "$node" rollback onRollback; return 1 ;;
    before) power_cut "$node"; return 1 ;;
    during)
      rm -f "$world/crash.calls"
      NETLIB_TEST_CRASH=$world/crash PATH=$world/crashing:$PATH hook "$node" confirm onConfirm > /dev/null 2>&1 || { power_cut "$node"; return 1; }
      ;;
    *) hook "$node" confirm onConfirm || { go_back "$node"; hook "$node" rollback onRollback; return 1; } ;;
  esac
  if [ "${mishap-}" = after ]; then power_cut "$node"; return 1; fi
  ln -sfn "$toplevel" "$world/node/$node/profiles/system-$number-link"
  ln -sfn "system-$number-link" "$world/node/$node/profiles/system"
  confirmed "$node" "$toplevel"
}
# What a test wants to know of each confirmation.
confirmed() { :; }

# roll_back NODE: to the generation before, as `netlib rollback` does.
roll_back() {
  local node=$1 toplevel nonce previous links
  number=$((number + 1)) nonce=deploy$number previous=$(runs "$1")
  mapfile -t links < <(find "$world/node/$node/profiles" -name 'system-*-link' -printf '%f\n' | sort -V)
  [ ${#links[@]} -ge 2 ] || return 1
  toplevel=$(readlink "$world/node/$node/profiles/${links[-2]}")
  ln -sfn "$toplevel" "$world/node/$node/run/current-system"
  ln -sfn "${links[-2]}" "$world/node/$node/profiles/system"
  rm "$world/node/$node/profiles/${links[-1]}"
  hook "$node" rollback ofUndone
}

# deploy CLONE NODES [--force]: status 0 if all went well. What was said is in $world/said.
deploy() {
  local clone=$1 on_nodes=$2 force='' run_name plan node target result=0 systems='' context ssh_config toplevel at said flake
  [ "${3-}" != --force ] || force=true
  runs_made=$((runs_made + 1)) at=$world/run$runs_made run_name=run-$runs_made
  context=$at.context ssh_config=$at.ssh said=${said_to-$world/said}
  : > "$said"
  for node in $on_nodes; do [ -e "$world/node/$node/off" ] || printf 'Host %s\n' "$node"; done > "$ssh_config"
  rm -f "$world/crash.calls"
  (cd "$clone" && NETLIB_TEST_CRASH=$world/crash PATH=${crash_prepare:+$world/crashing:}$PATH NETLIB_ARG_FORCE=$force NETLIB_SSH_CONFIG=$ssh_config NETLIB_CONTEXT=/dev/null \
    program prepare < /dev/null 3> "$context.records" >> "$said" 2>&1) || result=1
  cat "$context.records" >> "$said"
  [ "$result" = 0 ] || return 1
  # What happens meanwhile.
  if declare -F between > /dev/null; then between; fi
  target=$(sed -n 's/.*&\{0,1\}rev=\([0-9a-f]*\).*/\1/p' "$context.records" | tail -n 1)
  flake=$(sed -n 's/^{"flake":"\(.*\)"}$/\1/p' "$context.records")
  for node in $on_nodes; do
    [ ! -e "$world/node/$node/off" ] || continue
    toplevel=$(system_of "$clone" "$node" "$target")
    copy_system "$node" "$toplevel"
    systems+="\"$node\":{\"selected\":true,\"target\":{\"host\":\"$node\"},\"system\":\"x86_64-linux\",\"tags\":[],\"role\":null,\"roles\":[],\"toplevel\":\"$toplevel\",\"before\":\"$(runs "$node")\"},"
  done
  plan=$(sha256sum <<< "$on_nodes" | head -c 64)
  printf '{"deployment":"%s","nodes":{%s},"network":{},"request":{},"run":{"planDigest":"%s"},"results":{%s},"records":{"flake":"%s"}}' \
    "$run_name" "${systems%,}" "$plan" "${approvals-}" "$flake" > "$context"
  for node in $on_nodes; do
    [ ! -e "$world/node/$node/off" ] || { result=1 && continue; }
    (cd "$clone" && NETLIB_SSH_CONFIG=$ssh_config NETLIB_CONTEXT=$context program "push-$node" < /dev/null 3> "$context.records" >> "$said" 2>&1) || {
      cat "$context.records" >> "$said"
      result=1
      continue
    }
    cat "$context.records" >> "$said"
    toplevel=$(system_of "$clone" "$node" "$target")
    if [ "$(runs "$node") $(boots "$node")" = "$toplevel $toplevel" ]; then confirmed "$node" "$toplevel"; else activate "$node" "$toplevel" >> "$said" 2>&1 || result=1; fi
  done
  return "$result"
}

# command CLONE NAME WORDS…: of those for people.
run_command() {
  local clone=$1 name=$2
  shift 2
  (cd "$clone" && "$world/programs/$name" "$@" < "${typed-/dev/null}" 2>&1)
}
