# shellcheck shell=sh disable=SC2034,SC2154
# --- rollouts: the lease of whoever rolls this host out, and what a rollout's coordinator keeps for all its deployers ---

# A lease that nobody renews for this long may be taken by somebody else, in seconds.
lease_seconds=90
lease_file=$library/lease
# Which rollout, by the digest of its plan, changed this host last, and with which deployment.
rolled_file=$library/rolled

# --- the lease of this host: one deployer at a time rolls it out, whatever its commit calls the rollout ---

lease_fields='nonce rollout deployer since boot until'

# shellcheck disable=SC2086
load_lease() { load lease_ "$lease_file" $lease_fields; }

# Taken in this boot, and renewed a short while ago.
is_leased() {
  read_boot
  read_uptime
  load_lease && [ "$lease_boot" = "$this_boot" ] && [ "$uptime" -lt "${lease_until:-0}" ]
}

has_lease() { [ -n "$1" ] && load_lease && [ "$lease_nonce" = "$1" ]; }

refuse_busy() {
  because "$lease_deployer has been at work on the rollout $lease_rollout since $lease_since; nothing was changed" \
    "wait for that deploy to end, then deploy again; the lock of a deployer that is gone ends by itself within two minutes" rollout-busy
}

refuse_lost() {
  load_lease
  because "this deployment does not have the lock of its rollout there any more${lease_nonce:+: $lease_deployer took it at $lease_since}; nothing was changed" \
    '' rollout-lost
}

# What is loaded, from now on.
write_lease() {
  read_boot
  read_uptime
  lease_boot=$this_boot lease_until=$((uptime + lease_seconds))
  private_folder "$library"
  # shellcheck disable=SC2086
  write_text "$lease_file" tell lease_ $lease_fields || refuse_state
  emit ok "$lease_nonce"
}

# lease NONCE take ROLLOUT DEPLOYER DIGEST [DEAD…]: refused while somebody else has it, unless that is one of those who are known
# to be gone. Says what an earlier run of the same plan changed here.
# lease NONCE renew: refused once somebody else had it. Until then it is this deployer's, however late.
# lease NONCE free [ended]: with `ended`, nothing of the rollout is left to go on with.
lease() {
  enter_gate
  case $2 in
    take)
      if is_leased; then case " $* " in *" $lease_nonce "*) ;; *) refuse_busy ;; esac fi
      lease_nonce=$1 lease_rollout=$3 lease_deployer=$4 lease_since=$(date -u "$in_utc")
      write_lease
      load rolled_ "$rolled_file" digest nonce
      if [ "$rolled_digest" = "$5" ] && (find_before "$rolled_nonce"); then emit undoable "$rolled_nonce"; fi
      ;;
    renew) if has_lease "$1"; then write_lease; else refuse_lost; fi ;;
    free)
      has_lease "$1" && rm -f -- "$lease_file" && [ "${3:-}" = ended ] && rm -f -- "$rolled_file"
      emit ok "$1"
      ;;
  esac
}

# What a rollout activates needs its lease; anything else waits until no rollout has the host. A rollback that a person asks
# for waits for nobody.
refuse_without_lease() {
  if [ -n "$lease" ]; then
    has_lease "$lease" || refuse_lost
  elif [ -n "$toplevel" ] && [ "$goal" != dry-activate ] && is_leased; then
    refuse_busy
  fi
}

# Before the activation begins: one that ends badly is told by its own record.
record_rolled() { [ -z "$digest" ] || [ -n "$undo$generation" ] || write_text "$rolled_file" printf 'digest=%s\nnonce=%s\n' "$digest" "$nonce"; }

# Sets what ran before the deployment $1, which was confirmed and still stands, by this host's own record: a generation, or a
# path where there is none.
find_before() {
  is_nonce "$1" || return 1
  load_past "$1" phase goal toplevel previous generation_before
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

# --- what a coordinator keeps: one line of text for each rollout, which the driver understands ---

use_rollout() {
  case $1 in '' | .* | *[!A-Za-z0-9._-]*) misused "bad rollout: $1" ;; esac
  place=$library/rollout-$1 document=''
  if [ -f "$place" ]; then read -r document <"$place"; fi
}

# rollout_read ROLLOUT
rollout_read() {
  use_rollout "$1"
  emit document "$document"
  emit ok "$1"
}

# rollout_write ROLLOUT NONCE OLD NEW: in place of the text OLD, which nobody may have changed meanwhile; nothing is no
# text. Refused unless this host's lease has the nonce; with - nobody needs it.
rollout_write() {
  enter_gate
  use_rollout "$1"
  if [ "$2" != - ]; then has_lease "$2" || refuse_lost; fi
  [ "$document" = "$3" ] || refuse document-changed
  private_folder "$library"
  if [ -z "$4" ]; then rm -f -- "$place"; elif ! write_text "$place" printf '%s\n' "$4" || ! sync -- "$library"; then refuse_state; fi
  emit ok "$1"
}
