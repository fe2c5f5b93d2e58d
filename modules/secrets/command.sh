# shellcheck shell=bash disable=SC2154
# The command `secrets`. Before it stand `directory`, `backend`, `identities` and, by the names of secrets, nodes or admins, the tables
# `nodes_of`, `origin_of`, `prompt_of`, `needs_of`, `key_of`, `keys_of` and `volatile_of`.
# A change is a copy of the whole folder, in which everything is done, and which then takes its place.

# What names and files of others say is no command for a terminal.
say() { printf '%s\n' "${1//[[:cntrl:]]/?}"; }
fail() {
  say "secrets: $1" >&2
  exit 1
}

usage() {
  cat << 'TEXT'
usage: nix run .#command -- secrets COMMAND, in the directory of the flake
  edit SECRET             change it in $EDITOR, or read it from stdin if that is no terminal
  show SECRET             print it
  generate [SECRET]...    make those that have no value yet: by their generators, or by asking you
  rotate SECRET...        make another value, and encrypt that
  rekey                   encrypt everything for the nodes and admins that there are now
  host-key NODE           the same for a node whose SSH host key has changed, and say what to rotate
  check                   look whether all files are there, readable and the same for all; exit status 1 where something is to be done
  who [SECRET|NODE|ADMIN] say who can read what
TEXT
}

# --- memory, keys --------------------------------------------------------------------------------------------------------

# A folder for values: never on a disk.
memory=
make_memory() {
  local place
  for place in "${XDG_RUNTIME_DIR:-/dev/shm}" /dev/shm; do
    case $(stat -f -c %T -- "$place" 2> /dev/null) in
      tmpfs | ramfs) ;;
      *) continue ;;
    esac
    memory=$(mktemp -d "$place/netlib-secrets.XXXXXX") && return 0
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
  [ -z "${volatile_of[$1]-}" ] || fail "\"$1\" is volatile: it has no file, and its value comes from secrets.$1.from."
  [ -n "${origin_of[$1]-}" ] || fail "there is no secret \"$1\". Secrets are: $(names | paste -s -d ' ')"
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
  fail "\"$1\" cannot be decrypted with your keys. Somebody who can has to add you to secrets.admins and run: secrets rekey"
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
        fail "age has no key to encrypt \"$1\" for $place: its SSH host key has not been gathered, or is of another type. Run: netlib facts gather --on $place"
      for_whom+=(--recipient "${key_of[$place]}")
    fi
    while IFS= read -r key; do for_whom+=(--recipient "$key"); done < <(printf '%s\n' "${keys_of[@]}")
    { first_line "$1" "$work" && cat -- "$2"; } | age --encrypt --armor "${for_whom[@]}" --output "$target.new" || fail "age did not encrypt \"$1\" for $place; see above. Nothing was changed."
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
  [ -s "$2" ] || fail "\"$1\" would be empty, so nothing was changed."
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

# --- values ----------------------------------------------------------------------------------------------------------------------------

# make SECRET TARGET: by its generator, or by asking.
make() {
  local need
  case ${origin_of[$1]} in
    generator)
      rm -rf -- "$memory/needs" "$memory/public"
      mkdir -- "$memory/needs"
      for need in ${needs_of[$1]}; do
        if [ -e "$memory/made/$need" ]; then
          cp -- "$memory/made/$need" "$memory/needs/"
        else
          has_value "$need" || fail "\"$1\" is made from \"$need\", which has no value. Run: secrets generate $need"
          decrypt "$need" "$memory/needs/$need"
        fi
      done
      (cd "$memory" && secrets=$memory/needs public=$memory/public "netlib-secret-$1" < /dev/null > "$2") ||
        fail "the generator of \"$1\" failed; nothing was changed."
      [ -s "$2" ] || fail "the generator of \"$1\" printed nothing; nothing was changed."
      if [ -s "$memory/public" ]; then
        mkdir -p -- "$work/$1"
        cp -- "$memory/public" "$work/$1/public"
      else
        rm -f -- "$work/$1/public"
      fi
      ;;
    prompt)
      if [ -t 0 ]; then
        local answer
        read -r -s -p "${prompt_of[$1]} ($1): " answer && echo >&2
        printf %s "$answer" > "$2"
      else
        fail "\"$1\" is asked for, and there is no terminal. Give it with: secrets edit $1 < file"
      fi
      ;;
    hand) fail "\"$1\" has neither a generator nor a prompt. Change it with: secrets edit $1" ;;
  esac
  mkdir -p -- "$memory/made"
  cp -- "$2" "$memory/made/$1"
}

# in_order SECRET...: these, each after those it depends on that are among them too.
in_order() {
  local name need
  for name in "$@"; do
    for need in ${needs_of[$name]}; do printf '%s %s\n' "$need" "$name"; done
    printf '%s %s\n' "$name" "$name"
  done | tsort | grep -xF -f <(printf '%s\n' "$@")
}

renew() {
  local name
  begin
  for name in $(in_order "$@"); do
    make "$name" "$memory/value"
    put "$name" "$memory/value"
  done
  commit
}

# --- commands ----------------------------------------------------------------------------------------------------------------------------

edit() {
  local value=$memory/$1 editor what=a
  known "$1"
  begin
  ! has_value "$1" || what=another
  if [ ! -t 0 ]; then
    cat > "$value"
  else
    : > "$value"
    ! has_value "$1" || decrypt "$1" "$value"
    cp -- "$value" "$value.before"
    editor=${VISUAL:-${EDITOR:-vi}}
    # The editor may have options, and keeps its own copies beside the file.
    (cd "$memory" && sh -c "$editor \"\$1\"" editor "$value") || fail "the editor failed; nothing was changed."
    if cmp -s "$value" "$value.before"; then say "$1 is as it was" && return; fi
  fi
  put "$1" "$value"
  commit
  say "$1 has $what value, version $(version_of "$1")"
}

show() {
  known "$1"
  decrypt "$1" "$memory/value"
  cat -- "$memory/value"
}

generate() {
  local name wanted=()
  for name in "$@"; do
    known "$name"
    if has_value "$name"; then say "$name has a value already; another one: secrets rotate $name"; else wanted+=("$name"); fi
  done
  if [ $# = 0 ]; then
    for name in $(names); do
      if has_value "$name"; then
        continue
      elif [ "${origin_of[$name]}" = hand ]; then
        say "$name is yours to write: secrets edit $name"
      else
        wanted+=("$name")
      fi
    done
  fi
  # What the generators need and nobody has made yet comes first.
  local count=-1 need
  while [ "$count" != ${#wanted[@]} ]; do
    count=${#wanted[@]}
    for name in "${wanted[@]}"; do
      for need in ${needs_of[$name]}; do
        has_value "$need" || [[ " ${wanted[*]} " == *" $need "* ]] || wanted+=("$need")
      done
    done
  done
  [ ${#wanted[@]} != 0 ] || return 0
  renew "${wanted[@]}"
  for name in "${wanted[@]}"; do say "made $name"; done
}

rotate() {
  local name other
  [ $# != 0 ] || { usage >&2 && exit 2; }
  for name in "$@"; do known "$name"; done
  renew "$@"
  for name in "$@"; do
    say "$name has another value, version $(version_of "$name")"
    for other in $(names); do
      [[ " ${needs_of[$other]} " != *" $name "* ]] || [[ " $* " == *" $other "* ]] || say "$other was made from $name: secrets rotate $other"
    done
  done
}

say_former() {
  local kind who key
  while read -r kind who key; do
    say "rotate $1: $kind $who could read it${key:+ with ${key:0:30}…}"
  done < <(former "$1")
}

say_newcomers() {
  local line
  while IFS= read -r line; do say "$line"; done < <(cat -- "$memory/newcomers" 2> /dev/null | sort -u)
}

rekey() {
  local name folder
  begin
  for name in $(names); do ! has_value "$name" || again "$name"; done
  commit
  say_newcomers
  for name in $(names); do say_former "$name"; done
  for folder in "$directory"/*/; do
    name=$(basename -- "$folder")
    [ -n "${origin_of[$name]-}" ] || [ "$name" = '*' ] ||
      say "there is no secret $name in the network any more, and its files stay as they are: git rm -r $directory/$name"
  done
}

host_key() {
  local name found=
  [ -n "${key_of[$1]+there}" ] || fail "no node \"$1\" gets a secret."
  begin
  for name in $(names); do
    if [[ " ${nodes_of[$name]} " == *" $1 "* ]] && has_value "$name"; then
      again "$name" "$1"
      found=yes
    fi
  done
  commit
  say_newcomers
  [ -n "$found" ] || say "$1 gets no secret that has a value"
  for name in $(names); do say_former "$name"; done
}

check() {
  local name place file found=0
  tell() { say "$1" && found=1; }
  for name in $(names); do
    if ! has_value "$name"; then
      tell "$name has no value: secrets $([ "${origin_of[$name]}" = hand ] && echo edit || echo generate) $name"
      continue
    fi
    rm -f -- "$memory/value"
    for place in $(places_of "$name"); do
      file=$directory/$name/$place.age
      if [ ! -e "$file" ]; then
        tell "$name has no file for $place: secrets rekey"
      elif ! decrypt_file "$name" "$file" "$memory/other"; then
        tell "$name: $file cannot be read: $(tail -n 1 -- "$memory/problem")"
      elif [ -e "$memory/value" ] && ! cmp -s "$memory/value" "$memory/other"; then
        tell "$name: $file has another value than others: secrets rotate $name, or secrets edit $name"
      else
        mv -f -- "$memory/other" "$memory/value"
      fi
    done
    for file in "$directory/$name"/*.age; do
      place=${file##*/}
      places_of "$name" | grep -qxF -e "${place%.age}" || tell "$name has a file for ${place%.age}, which does not get it: secrets rekey"
    done
    while read -r _ _ _ _ _ _ place; do tell "$name is not encrypted for $place: secrets rekey"; done < <(newcomers "$name" | sort -u)
    [ -z "$(former "$name")" ] || found=1
    say_former "$name"
  done
  return "$found"
}

who() {
  local name found=
  for name in $(names); do
    if [ $# = 0 ] || [ "$1" = "$name" ] || [[ " ${nodes_of[$name]} " == *" $1 "* ]] || [ -n "${keys_of[$1]-}" ]; then
      found=yes
      say "$name: nodes ${nodes_of[$name]:-none}; admins ${!keys_of[*]}"
      say_former "$name"
    fi
  done
  for name in $(printf '%s\n' "${!volatile_of[@]}" | sort); do
    if [ $# = 0 ] || [ "$1" = "$name" ] || [[ " ${volatile_of[$name]} " == *" $1 "* ]]; then
      found=yes
      say "$name: nodes ${volatile_of[$name]:-none}, in memory only"
    fi
  done
  [ -n "$found" ] || [ $# = 0 ] || fail "there is no secret, node with secrets or admin \"$1\"."
}

case ${1-} in
  -h | --help | help) usage && exit ;;
esac
[ -e flake.nix ] || fail "there is no flake.nix here: run it in the directory of the flake, where $directory/ is."
strange=$(find "$directory" \( ! -type f ! -type d -o -name '*[!A-Za-z0-9_.-]*' \) -print -quit 2> /dev/null || :)
[ -z "$strange" ] || fail "$strange is none of the files and folders that $directory/ has, and a link could lead anywhere. Remove it."
[ -z "$backend" ] || fail "secrets.backend is \"$backend\", so the files are not netlib's. Use its own program."
# clean: nothing of a change that came to nothing stays.
clean() {
  rm -rf -- "$memory"
  [ -z "$work" ] || [ -e "$work/.complete" ] || rm -rf -- "$work"
}

umask 077
make_memory
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
action=${1-}
[ $# = 0 ] || shift
case $action:$# in
  edit:1 | show:1 | rekey:0 | check:0 | who:[01] | generate:* | rotate:*) "$action" "$@" ;;
  host-key:1) host_key "$@" ;;
  *) usage >&2 && exit 2 ;;
esac
