# shellcheck shell=bash disable=SC2034,SC2154
# What the command `secrets` knows of keys and files: who can read what, and how a change takes place. Before it stand `directory`, `backend`,
# `identities` and, by the names of secrets, nodes or admins, the tables `nodes_of`, `origin_of`, `prompt_of`, `needs_of`, `key_of`, `keys_of`
# and `volatile_of`.
# A change is a copy of the whole folder, in which everything is done, and which then takes its place.

# What names and files of others say is no command for a terminal.
say() { printf '%s\n' "${1//[[:cntrl:]]/?}"; }
fail() {
  say "secrets: $1" >&2
  exit 1
}

# --- memory, keys --------------------------------------------------------------------------------------------------------

# A folder for values: never on a disk. Those of processes that were killed go.
memory=
make_memory() {
  local place old process
  for place in "${XDG_RUNTIME_DIR:-/dev/shm}" /dev/shm; do
    case $(stat -f -c %T -- "$place" 2> /dev/null) in
      tmpfs | ramfs) ;;
      *) continue ;;
    esac
    for old in "$place"/netlib-secrets.*.*; do
      process=${old#*/netlib-secrets.}
      if [ -O "$old" ] && [ ! -e "/proc/${process%%.*}" ]; then rm -rf -- "$old"; fi
    done
    memory=$(mktemp -d "$place/netlib-secrets.$$.XXXXXX") && return 0
  done
  fail "this machine has no folder in memory: neither \$XDG_RUNTIME_DIR nor /dev/shm is a tmpfs, and a value must not be written to a disk."
}

# find_identities: the keys to decrypt with. One with a passphrase is opened once, in memory.
decrypt_with=()
find_identities() {
  local file copy
  [ ${#decrypt_with[@]} = 0 ] || return 0
  [ -z "${NETLIB_SECRETS_IDENTITY-}" ] || identities=("$NETLIB_SECRETS_IDENTITY")
  for file in "${identities[@]}"; do
    file=${file/#\~\//$HOME/}
    [ -r "$file" ] || continue
    if grep -q 'OPENSSH PRIVATE KEY' -- "$file" && ! ssh-keygen -y -P '' -f "$file" > /dev/null 2>&1; then
      copy=$memory/identity.${#decrypt_with[@]}
      install -m 0600 -- "$file" "$copy"
      say "The key $file has a passphrase:" >&2
      ssh-keygen -q -p -N '' -f "$copy" > /dev/null || fail "the key $file was not opened."
      file=$copy
    fi
    decrypt_with+=(--identity "$file")
  done
  [ ${#decrypt_with[@]} != 0 ] || fail "there is no key to decrypt with: none of ${identities[*]} is here. Set secrets.identities, or NETLIB_SECRETS_IDENTITY."
}

# --- what there is ------------------------------------------------------------------------------------------------------

names() { printf '%s\n' "${!nodes_of[@]}" | sort; }
version_of() { cat -- "$directory/$1/version" 2> /dev/null || :; }
has_value() { [ -n "$(version_of "$1")" ]; }
# Files of a secret: of each node that gets it, or one for the admins alone, as no node is called that.
places_of() { [ -n "${nodes_of[$1]}" ] && tr ' ' '\n' <<< "${nodes_of[$1]}" || echo ADMINS; }

known() {
  [ -z "${volatile_of[$1]-}" ] || fail "\`$1\` is volatile: it has no file, and its value comes from secrets.$1.from."
  [ -n "${origin_of[$1]-}" ] || fail "there is no secret \`$1\`. Secrets are: $(names | paste -s -d ' ')"
}

# readers SECRET: who can read it as the network is now, a line each: kind, name, key.
readers() {
  local node admin key
  for node in ${nodes_of[$1]}; do printf 'node %s %s\n' "$node" "${key_of[$node]}"; done
  for admin in $(printf '%s\n' "${!keys_of[@]}" | sort); do
    while IFS= read -r key; do printf 'admin %s %s\n' "$admin" "$key"; done <<< "${keys_of[$admin]}"
  done
}

# former SECRET: who could read its value and is not among those any more.
former() {
  [ ! -e "$directory/$1/readers" ] || grep -vxF -f <(readers "$1") -- "$directory/$1/readers" || :
}

# first_line SECRET: what a value begins with inside of its files, so that none can be put into the place of another.
first_line() { printf 'netlib secret %s %s\n' "$1" "$(cat -- "$2/$1/version")"; }

# newcomers SECRET: who can read it as the network is now, and could not before.
newcomers() {
  local kind who
  readers "$1" | { grep -vxF -f "$directory/$1/readers" || :; } | while read -r kind who _; do printf '%s is now also for %s %s\n' "$1" "$kind" "$who"; done
}

# decrypt_file SECRET FILE TARGET
decrypt_file() {
  local line=
  find_identities
  age --decrypt "${decrypt_with[@]}" --output "$memory/opened" -- "$2" 2> "$memory/problem" || return 1
  { IFS= read -r line 2> /dev/null || :; cat > "$3"; } < "$memory/opened"
  rm -f -- "$memory/opened"
  [ "$line" = "$(first_line "$1" "$directory")" ] || { echo "$2 has the value of another secret, or of another version" > "$memory/problem" && return 1; }
}

# decrypt SECRET TARGET: from whichever of its files these keys open.
decrypt() {
  local file
  for file in "$directory/$1"/*.age; do
    [ ! -e "$file" ] || ! decrypt_file "$1" "$file" "$2" || return 0
    while IFS= read -r file; do say "$file" >&2; done < "$memory/problem"
  done
  fail "\`$1\` cannot be decrypted with your keys. Somebody who can has to add you to secrets.admins and run: secrets rekey"
}

# --- a change: a copy that takes the place of the folder ---------------------------------------------------------------------

# settle: file by file, where the file system cannot exchange two folders. What was interrupted goes on with the next command.
settle() {
  local file
  # Whoever can write beside the flake could have left it.
  if [ -n "$(find "$work" ! -type f ! -type d -print -quit)" ] || grep -qE '(^|/)[.]{0,2}(/|$)|[^A-Za-z0-9_./-]' "$work/.complete"; then
    fail "$work is not what an interrupted change leaves. Look where it comes from, and remove it."
  fi
  while IFS= read -r file; do
    mkdir -p -- "$directory/${file%/*}"
    [ ! -e "$work/$file" ] || mv -f -- "$work/$file" "$directory/$file"
  done < "$work/.complete"
  (cd "$directory" && find . -type f -printf '%P\n') | { grep -vxF -f "$work/.complete" || :; } | while IFS= read -r file; do
    rm -f -- "$directory/$file"
  done
  find "$directory" -mindepth 1 -type d -empty -delete
  rm -rf -- "$work"
}

work=
begin() {
  exec 9< .
  flock --nonblock 9 || fail "another \`secrets\` is changing the files. Run it again later."
  work=$directory.new
  if [ -e "$work/.complete" ]; then settle; fi
  rm -rf -- "$work"
  if [ -e "$directory" ]; then cp -a -- "$directory" "$work"; else mkdir -p -- "$work"; fi
}

commit() {
  if cmp -s <(listed "$directory") <(listed "$work"); then
    rm -rf -- "$work"
    return
  fi
  # What is in them is for everybody to read; who can open it is another matter.
  chmod -R u=rwX,go=rX -- "$work"
  sync -f -- "$work"
  if [ ! -e "$directory" ]; then
    mv -T -- "$work" "$directory"
  elif mv --exchange -T -- "$work" "$directory" 2> /dev/null; then
    rm -rf -- "$work"
  else
    (cd "$work" && find . -type f -printf '%P\n') > "$memory/complete"
    cp -- "$memory/complete" "$work/.complete.new" && mv -- "$work/.complete.new" "$work/.complete"
    settle
  fi
  # The flake sees only what git knows.
  ! git rev-parse --is-inside-work-tree > /dev/null 2>&1 || git add --intent-to-add -- "$directory"
}
listed() { [ ! -e "$1" ] || (cd "$1" && find . -type f -exec sha256sum {} + | sort); }

new_version() { printf '%s-%s\n' "$(date -u +%Y%m%dT%H%M%SZ)" "$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')"; }

# encrypt SECRET FILE [NODE]: the value, for all who get it, or for one node.
encrypt() {
  local place key target
  [ ${#keys_of[@]} != 0 ] || fail "secrets.admins is empty, so nobody could ever change a secret again. Set your public key."
  mkdir -p -- "$work/$1"
  for place in $(places_of "$1"); do
    [ -z "${3-}" ] || [ "$3" = "$place" ] || continue
    target=$work/$1/$place.age
    local for_whom=()
    if [ "$place" != ADMINS ]; then
      [ -n "${key_of[$place]}" ] ||
        fail "age has no key to encrypt \`$1\` for $place: its SSH host key has not been gathered, or is of another type. Run: netlib facts gather --on $place"
      for_whom+=(--recipient "${key_of[$place]}")
    fi
    while IFS= read -r key; do for_whom+=(--recipient "$key"); done < <(printf '%s\n' "${keys_of[@]}")
    { first_line "$1" "$work" && cat -- "$2"; } | age --encrypt --armor "${for_whom[@]}" --output "$target.new" || fail "age did not encrypt \`$1\` for $place; see above. Nothing was changed."
    mv -f -- "$target.new" "$target"
  done
}

# forget_others SECRET: files of nodes that do not get it any more.
forget_others() {
  local file place
  for file in "$work/$1"/*.age; do
    place=${file##*/}
    places_of "$1" | grep -qxF -e "${place%.age}" || rm -f -- "$file"
  done
}

# put SECRET FILE: another value.
put() {
  [ -s "$2" ] || fail "\`$1\` would be empty, so nothing was changed."
  mkdir -p -- "$work/$1"
  new_version > "$work/$1/version"
  encrypt "$1" "$2"
  forget_others "$1"
  readers "$1" > "$work/$1/readers"
}

# again SECRET [NODE]: the same value, for who is to read it now, or this node. Those who could read it before stay on record until it is rotated.
again() {
  decrypt "$1" "$memory/value"
  encrypt "$1" "$memory/value" "${2-}"
  newcomers "$1" | grep -e "${2:+is now also for node $2\$}" >> "$memory/newcomers" || :
  if [ -n "${2-}" ]; then
    cat -- "$directory/$1/readers" <(readers "$1" | grep -e "^node $2 ") | sort -u > "$memory/readers"
  else
    forget_others "$1"
    { former "$1" && readers "$1"; } > "$memory/readers"
  fi
  cat -- "$memory/readers" > "$work/$1/readers"
}
