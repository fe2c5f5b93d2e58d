# shellcheck shell=bash disable=SC2154
# Volatile secrets on a node. Before it stand `root`, `complete` (a mark for all of these names), `wipe` (the program that calls `forget`),
# the tables `owner_of`, `mode_of` and `units_of` by secret, memory.sh, and after it the function that is called.
# Generations are folders. `volatile` leads to the one that counts, `volatile.previous` to what was before this deployment; others came for
# a system that is not active yet. `.volatile-systems` has lines of a generation and a system that it is right for, the newest last.
target=netlib-volatile-secrets.target timer=netlib-forget-secrets
current=$root/volatile previous=$root/volatile.previous systems=$root/.volatile-systems

# drop LINK: with the generation that it leads to.
drop() {
  local generation
  generation=$(readlink "$1") || return 0
  rm -f -- "$1"
  rm -rf -- "${root:?}/$generation"
}

# running SECRET...: those services of theirs that are up, coming up, or have failed.
running() {
  local name units=()
  # Patterns, in which a backslash would be no letter.
  for name in "$@"; do
    for unit in ${units_of[$name]-}; do units+=("${unit//\\/\\\\}"); done
  done
  [ ${#units[@]} = 0 ] || systemctl list-units --plain --full --no-legend --state=active,activating,reloading,failed -- "${units[@]}" | cut -d ' ' -f 1
}

# coming: the systems that this run brings to nodes; no other node has this one's.
coming() { grep -o '"toplevel":"[^"]*"' "$NETLIB_CONTEXT" | cut -d '"' -f 4 || :; }

# right_for GENERATION: for the systems on stdin.
right_for() {
  local system
  while read -r system; do printf '%s %s\n' "$1" "$system"; done >> "$systems"
  tail -n 5000 -- "$systems" > "$systems.new"
  mv -- "$systems.new" "$systems"
}

# note TEXT: for people, where this is a step of a run.
note() { [ -z "${NETLIB_CONTEXT-}" ] || printf '{"note":"%s"}\n' "$1" >&3; }

# give GENERATION: each file its owner and permissions, those that are alike at once.
give() {
  local name kind owner
  local -A alike=()
  for name in "${!owner_of[@]}"; do alike["${owner_of[$name]} ${mode_of[$name]}"]+=" $name"; done
  for kind in "${!alike[@]}"; do
    owner=${kind% *}
    # shellcheck disable=SC2086 # names of secrets have no blanks
    (cd "$root/$1" && { [ "$owner" = root: ] || chown -- "$owner" ${alike[$kind]}; } && chmod -- "${kind##* }" ${alike[$kind]}) ||
      { say "cannot give${alike[$kind]} to $owner: secrets.<name>.owner and group must be accounts of this node" && return 1; }
  done
}

# receive: a new generation from stdin: `from GENERATION`, what the sender saw here, then `keep NAME`, or `set NAME SIZE` and so many characters
# of base64, and `end`.
receive() {
  local verb name size seen='' generation kept=() changed=() consumers=() is_whole=
  have_memory
  # What arrives slowly keeps nobody waiting.
  flock -u 8
  generation=$(mktemp -d "$root/.volatile.XXXXXX")
  # shellcheck disable=SC2064 # it is this one
  trap "rm -rf -- '$generation'" EXIT
  chmod 0751 "$generation"
  while read -r verb name size; do
    case $verb in
      end) is_whole=yes && break ;;
      from) seen=$name && continue ;;
    esac
    [ -n "${owner_of[$name]-}" ] || { say "$name is not of this node" && exit 1; }
    case $verb in
      keep) kept+=("$name") ;;
      set)
        head -c "$size" | base64 -d > "$generation/$name"
        changed+=("$name")
        ;;
    esac
  done
  [ -n "$is_whole" ] || { say "what arrived is not whole" && exit 1; }
  flock 8
  if [ ${#kept[@]} != 0 ]; then
    [ "$(readlink "$current")" = "$seen" ] || { say "somebody else has sent other secrets meanwhile, so nothing was changed; run it again" && exit 1; }
    (cd "$current" && cp -- "${kept[@]}" "$generation/")
  fi
  for name in "${!owner_of[@]}"; do
    [ -e "$generation/$name" ] || { say "$name did not arrive" && exit 1; }
  done
  if [ ${#changed[@]} = 0 ] && [ -e "$current/.$complete" ]; then
    note "all secrets are there"
    [ -z "${NETLIB_CONTEXT-}" ] || coming | right_for "$(readlink "$current")"
    return
  fi
  : > "$generation/.$complete"
  printf '%s\n' "${changed[@]}" > "$generation/.changed"
  trap - EXIT
  note "${#changed[@]} of ${#owner_of[@]} secrets sent"
  # What comes with a system that is about to be activated waits for it.
  if [ -z "${NETLIB_CONTEXT-}" ] || grep -qF '"plan":"secrets"' "$NETLIB_CONTEXT" || coming | grep -qxF -e "$(readlink -f /run/current-system)"; then
    give "${generation##*/}" || { rm -rf -- "$generation" && exit 1; }
    readarray -t consumers < <(running "${changed[@]}")
    lead_to "${generation##*/}"
    readlink -f /run/current-system | right_for "${generation##*/}"
    drop "$previous"
    [ ${#consumers[@]} = 0 ] || systemctl restart -- "${consumers[@]}"
    [ -z "$(systemctl list-unit-files --no-legend "$target")" ] || systemctl start --no-block "$target"
  else
    coming | right_for "${generation##*/}"
  fi
}

# lead_to GENERATION: what counted becomes the previous one. Services find them by their names, too (LoadCredential=).
lead_to() {
  local name
  drop "$previous"
  [ ! -e "$current" ] || lead volatile.previous "$(readlink "$current")"
  lead volatile "$1"
  [ -d /run/credstore ] || mkdir -m 0700 /run/credstore
  for name in "${!owner_of[@]}"; do
    # Not what somebody else has put there.
    [ -e "/run/credstore/$name" ] || ln -sfn -- "$current/$name" "/run/credstore/$name"
  done
}

# activating SYSTEM: the newest generation that is right for it comes with it, also in a rollback, and whoever asks for one. What ran before with
# other values runs with these; where they are gone, it waits.
activating() {
  local generation system found=
  # A boot has none, and what runs without any is not waited for.
  [ -e "$systems" ] || return 0
  have_memory
  while read -r generation system; do
    [ "$system" != "$1" ] || found=$generation
  done < "$systems"
  generation=$(readlink "$current" || :)
  # Nobody has said that another one is right.
  if [ -z "$found" ] || [ "$found" = "$generation" ]; then return 0; fi
  readarray -t consumers < <(running "${!owner_of[@]}")
  if [ "$found" = "$(readlink "$previous")" ]; then
    lead volatile "$found"
    rm -f -- "$previous"
    rm -rf -- "${root:?}/$generation"
    [ ${#consumers[@]} = 0 ] || systemctl restart --no-block -- "${consumers[@]}"
  elif [ -d "$root/$found" ]; then
    bring "$found"
  else
    [ ${#consumers[@]} = 0 ] || systemctl stop -- "${consumers[@]}"
    drop "$current"
    drop "$previous"
    systemctl stop "$target" || :
    say "the secrets that this system ran with are gone: awaitingSecrets, until somebody runs: netlib run secrets"
  fi
}

# bring GENERATION: it came for the system that is being activated.
bring() {
  local changed=() consumers=()
  give "$1"
  readarray -t changed < "$root/$1/.changed"
  readarray -t consumers < <(running "${changed[@]}")
  # What waits for it starts as soon as it is there: as the new system has it.
  systemctl is-active --quiet "$target" || systemctl daemon-reload
  lead_to "$1"
  [ ${#consumers[@]} = 0 ] || systemctl restart --no-block -- "${consumers[@]}"
  # Who does not confirm in ten minutes does not come back to them.
  systemctl stop "$timer.timer" 2> /dev/null || :
  systemd-run --quiet --collect --unit="$timer" --on-active=10min -p Type=oneshot "$wipe" || say "what was before stays until the confirmation"
}

# forget: what was before this deployment, and all of it where the system has none.
forget() {
  have_memory
  drop "$previous"
  [ -e /etc/netlib/receive-secrets ] || drop "$current"
}

# confirmed: nobody comes back to what was before, and what came for another system is not asked for: its deployment is refused.
confirmed() {
  local generation kept
  [ -e "$systems" ] || return 0
  have_memory
  drop "$previous"
  kept=$(readlink "$current" || :)
  for generation in "$root"/.volatile.*; do
    [ ! -e "$generation/.$complete" ] || [ "${generation##*/}" = "$kept" ] || rm -rf -- "$generation"
  done
  [ ! -e "/run/systemd/transient/$timer.timer" ] || systemctl stop "$timer.timer"
}
