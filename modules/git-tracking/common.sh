# shellcheck shell=bash disable=SC2034,SC2154
# What all programs of the deployer share. Before it stand `names`, the nodes that keep the repository, `is_local`, those of them that are this
# machine, `signers_text` and `hosts_text`, keys as `ssh-keygen -Y verify` wants them, and `namespace`, of what hosts sign.
bare=/var/lib/netlib/network.git
# Nobody's hooks run here, and nothing that comes from a node is believed to be a sound object.
export GIT_TERMINAL_PROMPT=0 GIT_ADVICE=0 LC_ALL=C
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
printf '%s' "$signers_text" > "$scratch/signers"
printf '%s' "$hosts_text" > "$scratch/hosts"
safely=(git -c core.hooksPath=/dev/null -c transfer.fsckObjects=true -c protocol.ext.allow=never -c gpg.format=ssh
  -c gpg.ssh.allowedSignersFile="$scratch/signers" -c gpg.openpgp.program=false -c gpg.x509.program=false)
git() { command "${safely[@]}" "$@"; }

# clean TEXT: one line that a terminal and JSON take as it is, whoever wrote it.
clean() { printf '%s' "$1" | tr '\n\t' '  ' | tr -d '\\"' | printable | cut -c "1-${2:-300}"; }
about() { clean "$(git log -1 --format='%h "%s" by %cn, %cs' "$1")" | sed "s/\"/'/g"; }

# Nor what a terminal obeys, turns around or does not show although it is UTF-8.
printable() {
  tr -cd '\11\12\40-\176\200-\377' | sed 's/\xc2[\x80-\x9f]//g; s/\xe2\x80[\x8b-\x8f\xa8-\xae]//g; s/\xe2\x81[\xa0-\xaf]//g; s/\xef\xbb\xbf//g'
}
plural() { if [ "$1" = 1 ]; then echo "1 $2"; else echo "$1 $2s"; fi; }

is_local() { [[ " ${is_local[*]} " == *" $1 "* ]]; }
url_of() { if is_local "$1"; then echo "$bare"; else echo "$1:$bare"; fi; }
# server NODE PROGRAMS: what git talks to there, as root: the first of these that is there. Where none is, nothing is offered, and what git
# says to that is heard.
server() {
  local root=
  if is_local "$1" && [ "$(id -u)" != 0 ]; then root='sudo -n '; fi
  # shellcheck disable=SC2016
  printf '%ssh -c '\''for program in %s; do if [ -x "$program" ]; then exec "$program" "$1"; fi; done; printf 0000; cat >/dev/null'\'' sh' "$root" "$2"
}
# Who rolled back to a system from before this module still has a generation that knows it.
uploads='/etc/netlib/git-upload /nix/var/nix/profiles/system-*-link/etc/netlib/git-upload'

# unsigned_in RANGE: commits that nobody has signed who may change the network, the newest first. Keys of OpenPGP that somebody here trusts
# say nothing about that.
unsigned_in() {
  git rev-list "$@" -- > "$scratch/judged" || echo unknown >> "$scratch/judged"
  git log --no-show-signature --format='%G? %H' "$@" -- | sed -n 's/^G //p' > "$scratch/good" || :
  grep -vxF -f "$scratch/good" "$scratch/judged" || :
}

# with_key COMMAND…: tries it with the file of each key of one of the signers, until one does. None asks for a passphrase here.
with_key() {
  local file bare_key wanted=("$(command git config user.signingKey || :)" ~/.ssh/*.pub)
  ssh-add -L > "$scratch/agent" 2> /dev/null || :
  while read -r line; do
    printf '%s\n' "$line" > "$scratch/agent-$((${#wanted[@]})).pub"
    wanted+=("$scratch/agent-$((${#wanted[@]})).pub")
  done < <(grep -E '^(ssh|sk|ecdsa)-' "$scratch/agent" || :)
  for file in "${wanted[@]}"; do
    file=${file/#\~\//$HOME/}
    [ -r "$file" ] || continue
    [ -r "$file.pub" ] && [[ $file != *.pub ]] && file=$file.pub
    bare_key=$(cut -d ' ' -f 1,2 < "$file")
    grep -qF -e " $bare_key" "$scratch/signers" || continue
    if "$@" "$file"; then return; fi
  done
  return 1
}
# sign_file FILE KEY: leaves the signature beside it. Away from any terminal, which a key with a passphrase would wait for.
sign_file() {
  rm -f -- "$1.sig"
  SSH_ASKPASS_REQUIRE=never setsid -w ssh-keygen -Y sign -q -n git -f "$2" "$1" < /dev/null > /dev/null 2>&1
}
# find_key: sets `signing` to the words with which git signs as one of the signers, and `signs` to those of commands that have to be told;
# both to nothing where no key does.
signing=() signs=() looked=
find_key() {
  [ -z "$looked" ] || return 0
  looked=yes
  echo > "$scratch/trial"
  with_key use_key || :
}
use_key() {
  sign_file "$scratch/trial" "$1" || return 1
  signing=(-c user.signingKey="$1" -c commit.gpgSign=true) signs=(-S)
}
# sign GIT-WORDS: git, which signs what it makes, if it can.
sign() { SSH_ASKPASS_REQUIRE=never setsid -w env GIT_CONFIG_COUNT=0 git -c core.hooksPath=/dev/null -c gpg.format=ssh "${signing[@]}" "$@"; }

# find_terminal: sets `terminal` to that of whoever runs netlib, if they see what it says there, and what they type is for it.
find_terminal() {
  local process=$PPID line fields screen
  for _ in 1 2 3 4 5 6; do
    line=$(cat "/proc/$process/stat" 2> /dev/null) || return 1
    # State, parent, group, session, terminal, and the group that the terminal is for.
    read -r -a fields <<< "${line##*) }"
    terminal=$(readlink "/proc/$process/fd/0" || :) screen=$(readlink "/proc/$process/fd/2" || :)
    if [[ $terminal == /dev/pts/* || $terminal == /dev/tty[0-9a-zA-Z]* ]] && [ "$terminal" = "$screen" ]; then
      [ "${fields[2]}" = "${fields[5]}" ]
      return
    fi
    process=${fields[1]}
    [ "$process" -gt 1 ] || return 1
  done
  return 1
}
# ask QUESTION: whether a person says yes to it; nobody does where there is no terminal. What reads has a session of its own: to the terminal
# this program is one of the background, which may not read.
ask() {
  local answer
  find_terminal || return 1
  # shellcheck disable=SC2016
  answer=$(setsid -w timeout 240 bash -c 'printf "\n%s [y/N] " "$2" >"$1" && read -r answer <"$1" && printf "%s" "$answer"' sh "$terminal" "$1" || :)
  [ "$answer" = y ] || [ "$answer" = yes ]
}
