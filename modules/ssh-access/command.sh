# shellcheck shell=bash
# shellcheck disable=SC2154 # directory, network
# The commands of ssh-access. Before it stand `network`, `directory`, and the functions `keys`, `settings` and `known_hosts`.

fail() {
  printf 'ssh-access: %s\n' "$1" >&2
  exit 1
}

usage() {
  cat <<'TEXT'
usage: nix run .#command -- ssh-access COMMAND, in the directory of the flake
  sign hosts [NODE]...    sign the keys of these hosts, or of all
  sign users [PERSON]...  sign the keys of these people, or of all
  renew [DAYS]            sign what is missing, no longer fits, or expires within so many days (14)
  status [DAYS]           say until when certificates are valid; exit status 1 when there is something to renew
  known-hosts             print the hosts' keys for a known_hosts file
TEXT
}

# serial: a number that no other certificate has, and that Nix can hold.
serial() {
  printf '%d\n' "$((0x$(od -An -N8 -tx8 /dev/urandom | tr -d ' ') & 0x7fffffffffffffff))"
}

# permitted PERMISSIONS: their names as certificates have them, one a line, sorted.
permitted() {
  [ "$1" = - ] || tr , '\n' <<< "$1" | sed 's/^/permit-/' | sort
}

# sign_one KIND NAME PRINCIPALS KEY PERMISSIONS: asks the authority for one certificate, which appears whole or not at all.
sign_one() {
  local kind=$1 name=$2 principals=$3 key=$4 permissions=$5 target work permission validity authority private whose
  settings "$kind"
  [ -n "$authority" ] || fail "there is no authority for $whose. Set ssh-access.authorities.$kind.publicKeys."
  [ "$key" != - ] || fail "the host key of $name has not been gathered. Run: netlib facts gather --on $name"
  target=$directory/$kind/$name-cert.pub
  mkdir -p "$directory/$kind"
  work=$(mktemp -d "$scratch/sign.XXXXXX")
  printf '%s\n' "$key" > "$work/key.pub"
  local arguments=(-q -I "$network/$kind/$name" -n "$principals" -V "-5m:+$validity" -z "$(serial)")
  if [ "$kind" = hosts ]; then
    arguments+=(-h)
  else
    arguments+=(-O clear)
    for permission in $(permitted "$permissions"); do arguments+=(-O "$permission"); done
  fi
  if [ -n "$private" ]; then
    private=${private/#\~\//$HOME/}
    [ -r "$private" ] || fail "the private key of the authority for $whose is not at $private. Set ssh-access.authorities.$kind.privateKey."
    # Another key than the hosts believe would make certificates that nobody accepts.
    [ "$(ssh-keygen -y -f "$private" | cut -d ' ' -f 1,2)" = "$(cut -d ' ' -f 1,2 <<< "$authority")" ] ||
      fail "$private is not the private half of the first of ssh-access.authorities.$kind.publicKeys."
    arguments+=(-s "$private")
  else
    printf '%s\n' "$authority" > "$work/authority.pub"
    arguments+=(-U -s "$work/authority.pub")
  fi
  ssh-keygen "${arguments[@]}" "$work/key.pub" || fail "ssh-keygen did not sign the key of $name; see above."
  cp "$work/key-cert.pub" "$target.new"
  mv "$target.new" "$target"
  printf '%s: valid until %s, serial %s\n' "$target" "$(expiry "$target")" "$(serial_of "$target")"
}

# serial_of FILE: the serial of a certificate, by which it is revoked.
serial_of() {
  ssh-keygen -L -f "$1" | sed -n 's/^ *Serial: //p'
}

# expiry FILE: when a certificate ends, as ssh-keygen writes it, in local time.
expiry() {
  ssh-keygen -L -f "$1" | sed -n 's/^ *Valid: from [^ ]* to //p'
}

# why KIND NAME PRINCIPALS KEY PERMISSIONS DAYS: why a certificate must be renewed; nothing when it need not be.
why() {
  local kind=$1 name=$2 principals=$3 key=$4 permissions=$5 days=$6 file=$directory/$1/$2-cert.pub shown text until wanted validity authority private whose
  [ -e "$file" ] || { echo missing && return; }
  shown=$(ssh-keygen -L -f "$file") || { echo unreadable && return; }
  printf '%s\n' "$key" > "$scratch/key.pub"
  wanted=$(ssh-keygen -l -f "$scratch/key.pub" | cut -d ' ' -f 2)
  grep -qF -- "$wanted" <<< "$(grep 'Public key:' <<< "$shown")" || { echo "for another key" && return; }
  settings "$kind"
  printf '%s\n' "$authority" > "$scratch/key.pub"
  wanted=$(ssh-keygen -l -f "$scratch/key.pub" | cut -d ' ' -f 2)
  grep -qF -- "$wanted" <<< "$(grep 'Signing CA:' <<< "$shown")" || { echo "by another authority" && return; }
  text=$shown
  shown=$(sed -n '/Principals:/,/Critical Options:/{//!p}' <<< "$text" | tr -d ' ' | sort)
  [ "$shown" = "$(tr , '\n' <<< "$principals" | sort)" ] || { echo "for other names" && return; }
  shown=$(sed -n '/Extensions:/,${//!p}' <<< "$text" | tr -d ' ' | sort)
  [ "$shown" = "$(permitted "$permissions")" ] || { echo "with other permissions" && return; }
  until=$(expiry "$file")
  [[ $until > $(date -d "+$days days" +%FT%T) ]] || echo "valid until $until"
}

# looked_at ACTION DAYS: every key of which there is an authority, with what is to do about it.
looked_at() {
  local action=$1 days=$2 kind name principals key permissions reason found=0 validity authority private whose
  [[ $days =~ ^[0-9]+$ ]] || fail "\`$days\` is no number of days."
  while IFS=$'\t' read -r kind name principals key permissions; do
    settings "$kind"
    [ -n "$authority" ] || continue
    if [ "$key" = - ]; then
      printf '%s/%s: the host key has not been gathered. Run: netlib facts gather --on %s\n' "$kind" "$name" "$name"
      found=1
      continue
    fi
    reason=$(why "$kind" "$name" "$principals" "$key" "$permissions" "$days")
    if [ "$action" = renew ] && [ -n "$reason" ]; then
      sign_one "$kind" "$name" "$principals" "$key" "$permissions"
    elif [ -n "$reason" ]; then
      printf '%s/%s: %s\n' "$kind" "$name" "$reason"
      found=1
    elif [ "$action" = status ]; then
      printf '%s/%s: good, valid until %s, serial %s\n' "$kind" "$name" \
        "$(expiry "$directory/$kind/$name-cert.pub")" "$(serial_of "$directory/$kind/$name-cert.pub")"
    fi
  done < <(keys)
  return "$found"
}

# sign KIND [NAME]...: these, or all of the kind.
sign() {
  local kind=$1 wanted=("${@:2}") each name principals key permissions matched
  for each in "${wanted[@]:-*}"; do
    matched=0
    while IFS=$'\t' read -r other name principals key permissions; do
      [ "$other" = "$kind" ] || continue
      # A person's keys are signed together; a host is its own name.
      if [ "$each" = '*' ] || [ "$each" = "$name" ] || { [ "$kind" = users ] && [ "$each" = "$principals" ]; }; then
        sign_one "$kind" "$name" "$principals" "$key" "$permissions"
        matched=1
      fi
    done < <(keys)
    [ "$matched" = 1 ] || fail "there is nobody to sign for: ssh-access has no ${kind%s} \`$each\`."
  done
}

[ -e flake.nix ] || fail "there is no flake.nix here: run it in the directory of the flake, where $directory/ goes."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
umask 022
case ${1-} in
  sign)
    case ${2-} in
      hosts | users) sign "${@:2}" ;;
      *) usage >&2 && exit 2 ;;
    esac
    ;;
  renew) looked_at renew "${2-14}" ;;
  status) looked_at status "${2-14}" ;;
  known-hosts) known_hosts ;;
  -h | --help | help) usage ;;
  *) usage >&2 && exit 2 ;;
esac
