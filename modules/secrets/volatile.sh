# shellcheck shell=bash disable=SC2154
# Volatile secrets on a node. Before it stand `root`, `node`, `complete` (a mark for all of these names), the tables `owner_of`,
# `mode_of` and `units_of` by secret, memory.sh, and after it the function that is called.
# Links: `volatile` leads to what counts, `volatile.next` to what came for a system that is not active yet, `volatile.previous` to what was
# before this deployment. `.volatile-systems` has lines of a generation and a system that ran with it.
target=netlib-volatile-secrets.target
current=$root/volatile next=$root/volatile.next previous=$root/volatile.previous systems=$root/.volatile-systems

# ran_with SYSTEM GENERATION: notes it.
ran_with() { printf '%s %s\n' "$2" "$1" >> "$systems"; }

# drop LINK: with the generation that it leads to.
drop() {
  local generation
  generation=$(readlink "$1") || return 0
  rm -f -- "$1"
  rm -rf -- "${root:?}/$generation"
}

# units SECRET...: whose services these are, each once.
units() {
  local name
  for name in "$@"; do
    for unit in ${units_of[$name]-}; do echo "$unit"; done
  done | sort -u
}

# running: those of the units that are read from stdin which are up, coming up, or have failed.
running() {
  local unit
  while read -r unit; do
    case $(systemctl show --property=ActiveState --value -- "$unit") in
      active | activating | reloading | failed) echo "$unit" ;;
    esac
  done
}

# known: a salted hash of each value that is here; the salt is of this run alone.
known() {
  local salt said file
  salt=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  said=$salt
  for file in "$current"/*; do
    [ ! -f "$file" ] || said+=" ${file##*/}=$({ printf %s "$salt" && cat -- "$file"; } | sha256sum | cut -c 1-64)"
  done
  printf '{"fact":{"secrets":"%s"}}\n' "$said" >&3
}

# coming: the systems that this run brings to nodes; no other node has this one's.
coming() { grep -o '"toplevel":"[^"]*"' "$NETLIB_CONTEXT" || :; }

# note TEXT: for people, where this is a step of a run.
note() { [ -z "${NETLIB_CONTEXT-}" ] || printf '{"note":"%s"}\n' "$1" >&3; }

# receive: a new generation from stdin: `keep NAME`, or `set NAME SIZE` and so many characters of base64, and `end`.
receive() {
  local verb name size generation changed=() consumers=() is_whole=
  have_memory
  umask 077
  generation=$(mktemp -d "$root/.volatile.XXXXXX")
  # shellcheck disable=SC2064 # it is this one
  trap "rm -rf -- '$generation'" EXIT
  chmod 0751 "$generation"
  while read -r verb name size; do
    if [ "$verb" = end ]; then is_whole=yes && break; fi
    [ -n "${owner_of[$name]-}" ] || { say "$name is not of this node" && exit 1; }
    case $verb in
      keep) cat -- "$current/$name" > "$generation/$name" ;;
      set)
        head -c "$size" | base64 -d > "$generation/$name"
        changed+=("$name")
        ;;
    esac
    chown -- "${owner_of[$name]}" "$generation/$name" ||
      { say "cannot give $name to ${owner_of[$name]}: secrets.$name.owner and group must be accounts of this node" && exit 1; }
    chmod -- "${mode_of[$name]}" "$generation/$name"
  done
  [ -n "$is_whole" ] || { say "what arrived is not whole" && exit 1; }
  for name in "${!owner_of[@]}"; do
    [ -e "$generation/$name" ] || { say "$name did not arrive" && exit 1; }
  done
  if [ ${#changed[@]} = 0 ] && [ -e "$current/.$complete" ]; then
    note "all secrets are there"
    drop "$next"
    return
  fi
  : > "$generation/.$complete"
  printf '%s\n' "${changed[@]}" > "$generation/.changed"
  trap - EXIT
  drop "$next"
  note "${#changed[@]} of ${#owner_of[@]} secrets sent"
  # What comes with a system that is about to be activated waits for it.
  if [ -z "${NETLIB_CONTEXT-}" ] || grep -qF '"plan":"secrets"' "$NETLIB_CONTEXT" || coming | grep -qF "\"$(readlink -f /run/current-system)\""; then
    readarray -t consumers < <(units "${changed[@]}" | running)
    drop "$previous"
    lead volatile.previous "$(readlink "$current" || echo .none)"
    lead volatile "${generation##*/}"
    ran_with "$(readlink -f /run/current-system)" "${generation##*/}"
    drop "$previous"
    link
    [ ${#consumers[@]} = 0 ] || systemctl restart -- "${consumers[@]}"
    [ -z "$(systemctl list-unit-files --no-legend "$target")" ] || systemctl start --no-block "$target"
  else
    coming > "$generation/.for"
    lead volatile.next "${generation##*/}"
  fi
}

# link: where services find them by their names (LoadCredential=).
link() {
  local name
  [ -d /run/credstore ] || mkdir -m 0700 /run/credstore
  for name in "${!owner_of[@]}"; do ln -sfn -- "$current/$name" "/run/credstore/$name"; done
}

# before: the system that they came for is about to be activated. What reads them stops, and the activation starts it once, with its target.
before() {
  local changed=() consumers=() generation
  # What is left of a deployment that came to nothing is not for this one.
  if ! generation=$(readlink "$next") || ! grep -qF "\"$NETLIB_SYSTEM\"" "$next/.for"; then
    ! generation=$(readlink "$current") || ran_with "$NETLIB_SYSTEM" "$generation"
    return 0
  fi
  have_memory
  readarray -t changed < "$next/.changed"
  readarray -t consumers < <(units "${changed[@]}" | running)
  [ ${#consumers[@]} = 0 ] || systemctl stop -- "${consumers[@]}"
  drop "$previous"
  lead volatile.previous "$(readlink "$current" || echo .none)"
  lead volatile "$generation"
  rm -f -- "$next"
  link
  ran_with "$NETLIB_SYSTEM" "$generation"
  printf '%s\n' "$NETLIB_DEPLOY" > "$current/.deployment"
}

# activating SYSTEM: whoever goes back to a system that ran with other values gets these, or awaits them. What runs now is what the switch
# leaves as it is.
activating() {
  local generation consumers=()
  generation=$(readlink "$current") || return 0
  if ! grep -q " $1\$" "$systems" || grep -qxF -e "$generation $1" "$systems"; then return 0; fi
  have_memory
  readarray -t consumers < <(units "${!owner_of[@]}" | running)
  if grep -qxF -e "$(readlink "$previous") $1" "$systems"; then
    lead volatile "$(readlink "$previous")"
    rm -f -- "$previous"
    [ ${#consumers[@]} = 0 ] || systemctl restart --no-block -- "${consumers[@]}"
  else
    [ ${#consumers[@]} = 0 ] || systemctl stop -- "${consumers[@]}"
    rm -f -- "$current"
    drop "$previous"
    systemctl stop "$target" || :
    say "the secrets that this system ran with are gone: awaitingSecrets, until somebody runs: netlib run secrets"
  fi
  rm -rf -- "${root:?}/$generation"
}

# confirmed: nobody comes back to what was before.
confirmed() {
  [ -L "$previous" ] || return 0
  drop "$previous"
  systemctl start --no-block "$target" || :
}

# back: of a deployment that has been taken back. What it brought goes; what was before comes again, if it is still there.
back() {
  local consumers=() changed=()
  drop "$next"
  [ "$(cat "$current/.deployment" 2> /dev/null)" = "$NETLIB_DEPLOY" ] || return 0
  have_memory
  readarray -t changed < "$current/.changed"
  readarray -t consumers < <(units "${changed[@]}" | running)
  lead volatile.next "$(readlink "$current")"
  if [ -e "$previous/." ]; then
    lead volatile "$(readlink "$previous")"
    rm -f -- "$previous"
    [ ${#consumers[@]} = 0 ] || systemctl restart --no-block -- "${consumers[@]}"
    # Those that were stopped for a system that was not activated.
    systemctl start --no-block "$target" || :
  else
    rm -f -- "$current" "$previous"
    [ ${#consumers[@]} = 0 ] || systemctl stop -- "${consumers[@]}"
    systemctl stop "$target" || :
    say "the secrets from before are gone: awaitingSecrets, until somebody runs: netlib run secrets"
  fi
  drop "$next"
}
