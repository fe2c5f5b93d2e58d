# shellcheck shell=bash disable=SC2154
# The command `secrets`: makes values, and what its words do. Before it stands files.sh, with what stands before that.

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
          has_value "$need" || fail "\`$1\` is made from \`$need\`, which has no value. Run: secrets generate $need"
          decrypt "$need" "$memory/needs/$need"
        fi
      done
      (cd "$memory" && secrets=$memory/needs public=$memory/public "netlib-secret-$1" < /dev/null > "$2") ||
        fail "the generator of \`$1\` failed; nothing was changed."
      [ -s "$2" ] || fail "the generator of \`$1\` printed nothing; nothing was changed."
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
        fail "\`$1\` is asked for, and there is no terminal. Give it with: secrets edit $1 < file"
      fi
      ;;
    hand) fail "\`$1\` has neither a generator nor a prompt. Change it with: secrets edit $1" ;;
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
  [ -n "${key_of[$1]+there}" ] || fail "no node \`$1\` gets a secret."
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
  [ -n "$found" ] || [ $# = 0 ] || fail "there is no secret, node with secrets or admin \`$1\`."
}

case ${1-} in
  -h | --help | help) usage && exit ;;
esac
[ -e flake.nix ] || fail "there is no flake.nix here: run it in the directory of the flake, where $directory/ is."
strange=$(find "$directory" \( ! -type f ! -type d -o -name '*[!A-Za-z0-9_.-]*' \) -print -quit 2> /dev/null || :)
[ -z "$strange" ] || fail "$strange is none of the files and folders that $directory/ has, and a link could lead anywhere. Remove it."
[ -z "$backend" ] || fail "secrets.backend is \`$backend\`, so the files are not netlib's. Use its own program."
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
