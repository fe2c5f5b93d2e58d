# shellcheck shell=sh disable=SC2154
# --- rollouts: what the deployers of one network agree on, kept by the rollout's coordinator ----------------------

# A lock that nobody renews for this long is free, in seconds.
lease_seconds=90

use_rollout() {
  case $1 in
    '' | .* | *[!A-Za-z0-9._-]*)
      echo "bad rollout: $1" >&2
      exit 64
      ;;
  esac
  rollout=$library/rollouts/$1
}

# The value of a key in a file of `key=value` lines.
value_of() {
  if [ -f "$1" ]; then
    while IFS= read -r line; do
      if [ "${line%%=*}" = "$2" ]; then printf '%s\n' "${line#*=}"; fi
    done <"$1"
  fi
}

emit_file() {
  if [ -f "$2" ]; then while IFS= read -r line; do emit "$1.${line%%=*}" "${line#*=}"; done <"$2"; fi
}

# Held in this boot, and renewed a short while ago.
is_locked() {
  lock=$rollout/lock
  until=$(value_of "$lock" until)
  [ -n "$until" ] && [ "$(value_of "$lock" boot)" = "$(boot_id)" ] && [ "$(uptime_seconds)" -lt "$until" ]
}

# rollout-lock ROLLOUT NONCE DEPLOYER PROCESS [STALE]: takes or renews the lock. STALE is a nonce whose process is known
# to be gone.
rollout_lock() {
  use_rollout "$1"
  enter_gate
  if is_locked && [ "$(value_of "$lock" nonce)" != "$2" ] && [ "$(value_of "$lock" nonce)" != "${5:-}" ]; then
    emit_file held "$lock"
    refuse rollout-busy
  fi
  since=$(value_of "$rollout/lock" since)
  if [ "$(value_of "$rollout/lock" nonce)" != "$2" ]; then since=$(now); fi
  {
    mkdir -p -- "$rollout" && chmod 700 -- "$rollout" &&
      printf 'nonce=%s\ndeployer=%s\nprocess=%s\nsince=%s\nboot=%s\nuntil=%s\n' "$2" "$3" "$4" "$since" "$(boot_id)" \
        "$(($(uptime_seconds) + lease_seconds))" | write_file "$rollout/lock"
  } || refuse_state
  emit locked "$2"
  emit_file changed "$rollout/changed"
}

rollout_unlock() {
  use_rollout "$1"
  enter_gate
  if [ "$(value_of "$rollout/lock" nonce)" = "$2" ]; then rm -f -- "$rollout/lock"; fi
  emit unlocked "$2"
}

# rollout-note ROLLOUT DIGEST LINE…: which nodes a deployment of this plan has changed, for the one that goes on with it.
rollout_note() {
  use_rollout "$1"
  digest=$2
  shift 2
  { printf 'digest=%s\n' "$digest" && if [ "$#" -gt 0 ]; then printf 'node=%s\n' "$@"; fi; } |
    write_file "$rollout/changed" || refuse_state
  emit noted "$digest"
}

# rollout-pause ROLLOUT DIGEST BATCH DEPLOYER: waits for approval. An approval of another plan is void.
rollout_pause() {
  use_rollout "$1"
  if [ "$(value_of "$rollout/approval" digest)" != "$2" ]; then rm -f -- "$rollout/approval"; fi
  since=$(value_of "$rollout/pause" since)
  if [ "$(value_of "$rollout/pause" digest)" != "$2" ] || [ "$(value_of "$rollout/pause" batch)" != "$3" ]; then
    since=$(now)
  fi
  printf 'digest=%s\nbatch=%s\ndeployer=%s\nsince=%s\n' "$2" "$3" "$4" "$since" | write_file "$rollout/pause" ||
    refuse_state
  emit_file pause "$rollout/pause"
  emit_file approval "$rollout/approval"
}

# rollout-look ROLLOUT: lock, pause and approval.
rollout_look() {
  use_rollout "$1"
  emit rollout "$1"
  if is_locked; then emit_file held "$lock"; fi
  emit_file pause "$rollout/pause"
  emit_file approval "$rollout/approval"
}

# rollout-approve ROLLOUT DIGEST BY: lets the pause of this plan end.
rollout_approve() {
  use_rollout "$1"
  enter_gate
  if [ "$(value_of "$rollout/pause" digest)" != "$2" ]; then
    emit_file pause "$rollout/pause"
    refuse not-paused
  fi
  printf 'digest=%s\nbatch=%s\nby=%s\nat=%s\n' "$2" "$(value_of "$rollout/pause" batch)" "$3" "$(now)" |
    write_file "$rollout/approval" || refuse_state
  emit approved "$2"
}

# rollout-resume ROLLOUT: the pause is over.
rollout_resume() {
  use_rollout "$1"
  rm -f -- "$rollout/pause"
  emit resumed "$1"
}

# rollout-end ROLLOUT: nothing of it is left to go on with.
rollout_end() {
  use_rollout "$1"
  rm -f -- "$rollout/pause" "$rollout/approval" "$rollout/changed"
  emit ended "$1"
}
