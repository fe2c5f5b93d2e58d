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
git() {
  command git -c core.hooksPath=/dev/null -c transfer.fsckObjects=true -c protocol.ext.allow=never -c gpg.format=ssh \
    -c gpg.minTrustLevel=fully -c gpg.ssh.allowedSignersFile="$scratch/signers" "$@"
}

# clean TEXT: one line that a terminal and JSON take as it is, whoever wrote it.
clean() { printf '%s' "$1" | tr '\n\t' '  ' | tr -cd '\40-\41\43-\133\135-\176\200-\377' | cut -c "1-${2:-300}"; }
about() { clean "$(git log -1 --format='%h "%s" by %cn, %cs' "$1")" | sed "s/\"/'/g"; }

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
# Who went back to a system from before this module still has a generation that knows it.
uploads='/etc/netlib/git-upload /nix/var/nix/profiles/system-*-link/etc/netlib/git-upload'

# is_signed COMMIT: by somebody who may change the network.
is_signed() { git verify-commit "$1" > /dev/null 2>&1; }

# find_key: sets `signing` to the words with which git signs as one of the signers, and `signs` to those of commands that have to be told;
# both to nothing where no key does. None asks for a passphrase here.
find_key() {
  local file bare_key wanted=("$(command git config user.signingKey || :)" ~/.ssh/*.pub)
  signing=() signs=()
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
    # Away from any terminal, which a key with a passphrase would wait for.
    if echo | setsid -w ssh-keygen -Y sign -q -n git -f "$file" > /dev/null 2>&1; then
      signing=(-c user.signingKey="$file" -c commit.gpgSign=true -c tag.gpgSign=true) signs=(-S)
      return
    fi
  done
}
# sign GIT-WORDS: git, which signs what it makes, if it can.
sign() { setsid -w env GIT_CONFIG_COUNT=0 git -c core.hooksPath=/dev/null -c gpg.format=ssh "${signing[@]}" "$@"; }
