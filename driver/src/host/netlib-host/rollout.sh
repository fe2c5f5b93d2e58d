# shellcheck shell=sh disable=SC2034,SC2154
# --- rollouts: the lease of whoever rolls this host out, and what a rollout's coordinator keeps for all its deployers ---

# A lease that nobody renews for this long may be taken by somebody else, in seconds.
lease_seconds=90
lease_file=$library/lease
# Which rollout, by the digest of its plan, changed this host last, and with which deployment.
rolled_file=$library/rolled

emit_file() {
  if [ -f "$2" ]; then while IFS= read -r line; do emit "$1.${line%%=*}" "${line#*=}"; done <"$2"; fi
}

# --- the lease of this host: one deployer at a time rolls it out, whatever its commit calls the rollout ---

load_lease() { load lease_ "$lease_file" nonce rollout deployer process since boot until; }

# Taken in this boot, and renewed a short while ago.
is_leased() {
  read_boot
  read_uptime
  load_lease && [ "$lease_boot" = "$this_boot" ] && [ "$uptime" -lt "${lease_until:-0}" ]
}

has_lease() { [ -n "$1" ] && load_lease && [ "$lease_nonce" = "$1" ]; }

refuse_for_lease() {
  emit_file held "$lease_file"
  refuse "$1"
}

# write_lease NONCE ROLLOUT DEPLOYER PROCESS SINCE
write_lease() {
  read_boot
  read_uptime
  private_folder "$library"
  write_text "$lease_file" "$(printf 'nonce=%s\nrollout=%s\ndeployer=%s\nprocess=%s\nsince=%s\nboot=%s\nuntil=%s' \
    "$@" "$this_boot" "$((uptime + lease_seconds))")" || refuse_state
  emit leased "$1"
}

# lease NONCE take ROLLOUT DEPLOYER PROCESS DIGEST [STALE]: refused while somebody else has it. STALE is a nonce whose process
# is known to be gone. Says what an earlier run of the same plan changed here.
# lease NONCE renew: refused once somebody else had it. Until then it is this deployer's, however late.
# lease NONCE free [ended]: with `ended`, nothing of the rollout is left to go on with.
lease() {
  enter_gate
  case $2 in
    take)
      if is_leased && ! has_lease "$1" && ! has_lease "${7:-}"; then refuse_for_lease rollout-busy; fi
      write_lease "$1" "$3" "$4" "$5" "$(now)"
      load rolled_ "$rolled_file" digest nonce
      if [ "$rolled_digest" = "$6" ] && [ -n "$rolled_nonce" ]; then
        (if find_before "$rolled_nonce"; then emit undoable "$rolled_nonce"; fi)
      fi
      ;;
    renew)
      has_lease "$1" || refuse_for_lease rollout-lost
      write_lease "$1" "$lease_rollout" "$lease_deployer" "$lease_process" "$lease_since"
      ;;
    free)
      if has_lease "$1"; then
        rm -f -- "$lease_file"
        if [ "${3:-}" = ended ]; then rm -f -- "$rolled_file"; fi
      fi
      emit freed "$1"
      ;;
  esac
}

# What a rollout activates needs its lease; anything else waits until no rollout has the host. A rollback that a person asks
# for waits for nobody.
refuse_without_lease() {
  if [ -n "$lease" ]; then
    has_lease "$lease" || refuse_for_lease rollout-lost
  elif [ "$1" = activate ] && [ "$goal" != dry-activate ] && is_leased; then
    refuse_for_lease rollout-busy
  fi
}

# Before the activation begins: one that ends badly is told by its own record.
record_rolled() { [ -z "$digest" ] || write_text "$rolled_file" "$(printf 'digest=%s\nnonce=%s' "$digest" "$nonce")"; }

# Sets what ran before the deployment $1, which was confirmed and still stands, by this host's own record: a generation, or a
# path where there is none.
find_before() {
  is_nonce "$1" || return 1
  state_file "$1"
  load past_ "$file" phase goal toplevel previous generation_before
  look_at_systems
  case $past_phase:$past_toplevel in confirmed:"$now_running" | confirmed:"$now_profile") ;; *) return 1 ;; esac
  # A test changes no generation, so there the path says what ran.
  if [ "$past_goal" != test ] && is_number "$past_generation_before" && [ -e "$profile-$past_generation_before-link" ]; then
    generation=$past_generation_before
  else
    toplevel=$past_previous
    [ -n "$toplevel" ]
  fi
}

# --- what a coordinator keeps: where its rollout waits, and who approved ---

use_rollout() {
  case $1 in '' | .* | *[!A-Za-z0-9._-]*) misused "bad rollout: $1" ;; esac
  rollout=$library/rollouts/$1
}

# write_document NAME LINE…
write_document() {
  document=$rollout/$1
  shift
  if ! mkdir -p -- "$rollout" || ! write_text "$document" "$(printf '%s\n' "$@")"; then refuse_state; fi
}

# rollout-read ROLLOUT
rollout_read() {
  use_rollout "$1"
  emit rollout "$1"
  emit_file record "$rollout/record"
  emit_file approval "$rollout/approval"
}

# rollout-write ROLLOUT NONCE DIGEST [LINE…]: the record is these lines from now on; none is no record. An approval of another
# plan goes, and any without a digest. Refused unless this host's lease has the nonce.
rollout_write() {
  use_rollout "$1"
  enter_gate
  has_lease "$2" || refuse_for_lease rollout-lost
  digest=$3
  shift 3
  load approval_ "$rollout/approval" digest
  if [ "$approval_digest" != "$digest" ]; then rm -f -- "$rollout/approval"; fi
  if [ "$#" -eq 0 ]; then rm -f -- "$rollout/record"; else write_document record "digest=$digest" "since=$(now)" "$@"; fi
  emit written "$rollout"
}

# rollout-approve ROLLOUT DIGEST LINE…: lets the pause of this plan end.
rollout_approve() {
  use_rollout "$1"
  enter_gate
  load record_ "$rollout/record" digest
  [ "$record_digest" = "$2" ] || refuse not-paused
  digest=$2
  shift 2
  write_document approval "digest=$digest" "$@"
  emit approved "$digest"
}
