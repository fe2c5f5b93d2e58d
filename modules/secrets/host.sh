# shellcheck shell=bash disable=SC2154
# Decrypts what a table names into a new generation in memory, and switches to it with one link. Before it stand `root`, `tree`,
# `table` (lines of name, version, file, owner, group, mode) `identity`, the node's private SSH host key, and memory.sh.
umask 077
problem=
have_memory

# same NAME VERSION FILE: whether the generation before was made of the same file.
same() {
  [ -f "$root/$tree/$1" ] && grep -qxF -e "$1 $2 $3" "$root/$tree/.made-of"
}

# take NAME VERSION: the value on stdin, if its first line says that it is this one: whoever writes files could exchange them.
take() {
  local line=
  IFS= read -r line || return 1
  [ "$line" = "netlib secret $1 $2" ] || return 1
  cat > "$new/$1"
}

new=$(mktemp -d "$root/.$tree.XXXXXX")
trap 'rm -rf -- "$new"' EXIT
chmod 0751 "$new"
: > "$new/.made-of"
while IFS=$'\t' read -r name version file owner group mode; do
  if same "$name" "$version" "$file"; then
    cat -- "$root/$tree/$name" > "$new/$name"
  elif [ ! -r "$identity" ]; then
    problem="cannot decrypt $name: there is no $identity"
    say "$problem"
    continue
  elif ! age --decrypt --identity "$identity" --output "$new/.value" -- "$file"; then
    problem="cannot decrypt $name with $identity"
    say "$problem: it is for another key. On the deployer: netlib facts gather, then nix run .#command -- secrets rekey"
    continue
  elif ! take "$name" "$version" < "$new/.value" 2> /dev/null; then
    rm -f -- "$new/$name"
    problem="cannot take $name"
    say "$problem: its file has the value of another secret, or of another version. On the deployer: nix run .#command -- secrets check"
    continue
  fi
  printf '%s %s %s\n' "$name" "$version" "$file" >> "$new/.made-of"
  if ! chown -- "$owner:${group/#-/}" "$new/$name" || ! chmod -- "$mode" "$new/$name"; then
    problem="cannot give $name to $owner"
    say "$problem: secrets.$name.owner and group must be accounts of this node"
  fi
done < "$table"
rm -f -- "$new/.value"

# What runs goes on with what it has; a boot goes on with what there is.
if [ -n "$problem" ] && [ -e "$root/$tree" ]; then exit 1; fi
old=$(readlink "$root/$tree" || :)
lead "$tree" "${new##*/}"
trap - EXIT
[ -z "$old" ] || rm -rf -- "${root:?}/$old"

# Where services find them by their names (LoadCredential=).
[ -d /run/credstore ] || mkdir -m 0700 /run/credstore
for link in /run/credstore/*; do
  if [[ $(readlink "$link") = "$root/$tree/"* ]] && [ ! -e "$link" ]; then rm -f -- "$link"; fi
done
while IFS=$'\t' read -r name _; do
  # Not what somebody else has put there.
  if [ -L "/run/credstore/$name" ] || [ ! -e "/run/credstore/$name" ]; then ln -sfn -- "$root/$tree/$name" "/run/credstore/$name"; fi
done < "$table"
[ -z "$problem" ]
