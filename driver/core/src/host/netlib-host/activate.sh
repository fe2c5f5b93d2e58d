# shellcheck shell=sh disable=SC2034,SC2154
# --- starting an activation --------------------------------------------------------------------------------------

# keep NONCE NAME PATH: what is valid is here with all that it refers to. A host that cannot say so is copied to.
keep() {
  use_deploy "$1"
  put_root "$2" "$3" || refuse_state "$root/nix"
  read_records
  tidy_roots
  emit ok "$3"
  if [ -e "$3" ] && nix-store --check-validity "$3" >/dev/null 2>&1; then emit valid yes; fi
}

# At the gate: what is about to be recorded has its root and no record yet.
release() {
  enter_gate
  read_records
  read_kept
  for dead in "$@"; do
    case $kept in *" $dead "*) ;; *) if is_nonce "$dead"; then rm -f -- "$roots/$dead-next"; fi ;; esac
  done
  emit ok "$*"
}

# One request at a time looks and records; only units take the lock for themselves.
enter_gate() {
  command exec 7>>"$runtime/gate" || refuse_state "$runtime"
  if ! flock -w 20 7; then
    find_owner "$runtime/gate"
    because "another request to this host has not ended for 20 s, so this one was not carried out" \
      "look there for process $owner, then deploy again"
  fi
}

# From here on no unit goes to work, not even one that was killed and has to roll back, until this request starts its own.
refuse_while_busy() {
  command exec 8>>"$runtime/lock" || refuse_state "$runtime"
  until flock -s -n 8; do
    if print_locked; then refuse busy; fi
  done
  if print_beginning; then refuse busy; fi
}

# Who prepared a deployment for a host as it was must not undo what somebody else has deployed there meanwhile.
refuse_when_changed() {
  if [ -z "$seen" ] || [ "$now_running $now_profile" = "$seen" ]; then return 0; fi
  change="${now_running:-no system} runs now, which netlib did not deploy"
  for record in $all; do
    load_past "${record##*:}" phase toplevel finished deployer
    if [ "$past_phase $past_toplevel" = "confirmed $now_running" ]; then change="$past_deployer deployed $now_running at $past_finished"; fi
  done
  because "the host changed while this deployment was prepared: $change; nothing was changed" \
    "see that your flake has those changes too (\`netlib diff\` shows what would go), then deploy again" changed
}

# Sets `trusted` to what a deployment says of the system that runs: what to roll back to. False if it says nothing.
judge_running() {
  load_past "$1" phase goal boot toplevel previous
  if [ "$past_boot $past_toplevel" != "$this_boot $now_running" ]; then return 1; fi
  case $past_phase:$past_goal in
    *:boot | *:dry-activate) return 1 ;;
    confirmed:*) trusted=$now_running ;;
    # What the next boot brings was confirmed, or somebody decided for it.
    interrupted:* | rollbackFailed:*) [ "$now_profile" != "$now_running" ] && trusted=$past_previous ;;
    *) is_open "$past_phase" && [ "$now_profile" != "$now_running" ] && trusted=$past_previous ;;
  esac
}

# Sets `previous` to what a failure rolls back to: what runs, unless it runs only because of a deployment that nobody
# confirmed. Where nothing runs, the system of the next boot. The last deployment that says something of it is right.
find_trusted() {
  trusted=''
  for record in $reversed; do if judge_running "${record##*:}"; then break; fi; done
  previous=${trusted:-${now_running:-$now_profile}}
}

options='toplevel generation undo goal deployer network_id network_name node policy reboot timeout confirm healthy health_deadline seen lease digest'

read_options() {
  # shellcheck disable=SC2086
  load '' /dev/null $options
  checks='' hooks='' undone=''
  for option in "$@"; do
    field=${option%%=*} value=${option#*=}
    case " $options " in *" $field "*) eval "$field=\$value" && continue ;; esac
    case $field in
      check | hook) eval "${field}s=\"\$${field}s\$value
\"" ;;
      *) misused "no option '$option'" ;;
    esac
  done
}

# keep_root NAME PATH: unless it is kept already.
keep_root() { { [ -L "$roots/$nonce-$1" ] && is_same "$roots/$nonce-$1" "$2"; } || ln -sfn -- "$2" "$roots/$nonce-$1"; }

record() {
  mkdir -p -- "$deploy" "$roots" && printf '%65536s' '' >"$deploy/reserve" && make_empty "$deploy/log" &&
    printf '%s' "$checks" >"$deploy/checks" && { [ -z "$hooks$undone" ] || record_hooks >"$deploy/hooks"; } &&
    keep_root next "$toplevel" && { [ -z "$previous" ] || keep_root previous "$previous"; } &&
    # Last of all the state, which makes it a record; nothing begins before it is there for good.
    print_state >"$deploy/state" && record_rolled &&
    sync -- "$deploy/state" "$deploy" "$deploys" "$library"
}

# Those of a deployment that is reverted are run when it is.
record_hooks() {
  printf '%s' "$hooks"
  if [ -n "$undone" ] && [ -f "$deploys/$undone/hooks" ]; then
    while read -r when rest; do
      if [ "$when" = onRollback ]; then printf 'ofUndone %s\n' "$rest"; fi
    done <"$deploys/$undone/hooks"
  fi
}

# Sets `generation` to that of the system that was confirmed last before the present one, and is still there. What was rolled
# back from is passed over, to what the present one was deployed on. Where no record says it, the profile's own order does.
find_previous_generation() {
  current_generation
  is_rollback=''
  earlier=$(for link in "$profile"-*-link; do
    generation_number "$link"
    if [ "${link_number:-0}" -gt 0 ] && [ "$link_number" -lt "${current:-999999999}" ]; then echo "$link_number"; fi
  done | sort -rn)
  for record in $reversed; do
    load_past "${record##*:}" phase goal toplevel generation
    case $past_phase:$past_goal in confirmed:switch | confirmed:boot) ;; *) continue ;; esac
    if [ "$past_toplevel" = "$now_profile" ]; then is_rollback=$past_generation && continue; fi
    if [ -n "$is_rollback" ]; then continue; fi
    for generation in $earlier; do if is_same "$profile-$generation-link" "$past_toplevel"; then return; fi; done
  done
  for generation in $earlier; do return; done
}

# Sets `undone` to the deployment that is left: what brought what the profile names.
find_undone() {
  undone=$undo
  for record in $reversed; do
    if [ -n "$undone" ]; then return; fi
    load_past "${record##*:}" phase toplevel
    if [ "$past_phase:$past_toplevel" = "confirmed:$now_profile" ]; then undone=${record##*:}; fi
  done
}

find_toplevel() {
  look_at_systems
  find_undone
  if [ -n "$undo" ]; then
    find_before "$undo" || because "its own records do not say what ran before, or something was deployed since; nothing was changed"
  elif [ -z "$generation" ]; then
    find_previous_generation
  fi
  if [ -n "$toplevel" ]; then return 0; fi
  toplevel=$profile-$generation-link
  if is_number "$generation" && [ -e "$toplevel" ]; then return 0; fi
  because "its system profile has no generation ${generation:-before its current one}; nothing was changed" \
    "\`netlib rollback NODE --list\` shows the generations of a node; choose one with --to"
}

# activate NONCE KEY=VALUE…
activate() {
  use_deploy "$1"
  shift
  read_options "$@"
  enter_gate
  if [ -f "$deploy/state" ]; then
    # After a boot on trial the system that came up may not know of it.
    if load_state && [ "$phase" = restarting ] && is_of_earlier_boot && ! is_worked_on; then
      script=$runtime/host-$nonce.sh
      ln -f -- "${f:-$0}" "$script" && start
    fi
    refuse known
  fi
  check_identity "$network_id" "$network_name" "$policy" "$node"
  refuse_without_lease
  # Whoever is at work may be about to change which generation comes before.
  refuse_while_busy
  if [ -z "$toplevel" ]; then find_toplevel; fi
  [ -x "$toplevel/bin/switch-to-configuration" ] || because "there is no $toplevel/bin/switch-to-configuration; nothing was changed"
  private_folder "$library"
  private_folder "$deploys"
  look_at_systems
  refuse_when_changed
  decide_way
  read_boot
  find_trusted
  tidy_host
  resolve "$toplevel"
  current_generation
  read_uptime
  toplevel=$found phase=prepared started=$(date -u "$in_utc") started_uptime=$uptime boot=$this_boot profile_before=$now_profile
  number=$((${reversed%%:*} + 1)) generation_before=$current script=$runtime/host-$nonce.sh
  # The unit has a script of its own, whatever becomes of this one.
  ln -f -- "${f:-$0}" "$script" || refuse_state "$runtime"
  if ! record; then
    rm -rf -- "$deploy"
    rm -f -- "$roots/$nonce-next" "$roots/$nonce-previous" "$script"
    refuse_state
  fi
  # From here on the unit may take the lock, and others may ask.
  exec 7>&- 8>&-
  # What failed to start may have been started all the same: whoever has the lock owns the record. Whoever comes later
  # finds it ended.
  if ! start && take_lock 5 && load_state && [ "$phase" = prepared ]; then
    message='the activation could not be started'
    finish failed >>"$deploy/log"
    make_empty "$deploy/seen"
    leave
    because "the host could not start the activation; nothing was changed"
  fi
  status "$nonce" 0 - 10
}

# No pipe of ours is held by the unit: losing the connection changes nothing for it. What is killed in the middle is begun
# again, which brings it to its end, as long as its script is there. Nobody stops it by hand.
start() {
  systemd-run --quiet --collect --no-block --unit="netlib-$nonce" --description="netlib activation $nonce" -p Restart=on-failure \
    -p RestartSec=3 -p StartLimitIntervalSec=0 -p RefuseManualStop=yes -p IgnoreOnIsolate=yes -p Delegate=yes -p KillSignal=SIGKILL \
    --setenv=PATH="$PATH" --setenv=HOME=/root /bin/sh -c "test ! -e $script || . $script" sh work "$nonce" </dev/null
}
