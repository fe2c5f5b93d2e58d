# shellcheck shell=sh disable=SC2034,SC2154
# --- rollouts: the lease of whoever rolls this host out, and what a rollout's coordinator keeps for all its deployers ---

# A lease that nobody renews for this long may be taken by somebody else, in seconds.
lease_seconds=90
lease_file=$library/lease
# Which rollout, by the digest of its plan, changed this host last, and with which deployment.
rolled_file=$library/rolled

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

# --- the lease of this host: one deployer at a time rolls it out, whatever its commit calls the rollout ---

# Taken in this boot, and renewed a short while ago.
is_leased() {
  until=$(value_of "$lease_file" until)
  is_number "$until" && [ "$(value_of "$lease_file" boot)" = "$(boot_id)" ] && [ "$(uptime_seconds)" -lt "$until" ]
}

has_lease() { [ -n "$1" ] && [ "$(value_of "$lease_file" nonce)" = "$1" ]; }

refuse_for_lease() {
  emit_file held "$lease_file"
  refuse "$1"
}

write_lease() {
  {
    mkdir -p -- "$library" &&
      printf '%s=%s\n' nonce "$1" rollout "$2" deployer "$3" process "$4" since "$5" boot "$(boot_id)" \
        until "$(($(uptime_seconds) + lease_seconds))" | write_file "$lease_file"
  } || refuse_state
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
      if [ "$(value_of "$rolled_file" digest)" = "$6" ]; then print_undoable "$(value_of "$rolled_file" nonce)"; fi
      ;;
    renew)
      has_lease "$1" || refuse_for_lease rollout-lost
      write_lease "$1" "$(value_of "$lease_file" rollout)" "$(value_of "$lease_file" deployer)" \
        "$(value_of "$lease_file" process)" "$(value_of "$lease_file" since)"
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
record_rolled() {
  if [ -n "$digest" ]; then printf 'digest=%s\nnonce=%s\n' "$digest" "$nonce" | write_file "$rolled_file"; fi
}

# --- going back: this host's own record says to what ---

# Sets what ran before the deployment $1, which was confirmed and still stands: a generation, or a path where there is none.
before_deployment() {
  standing_before=$(
    use_deploy "$1"
    load_state && [ "$phase" = confirmed ] || exit 0
    case $toplevel in "$(resolve "$running")" | "$(resolve "$profile")") ;; *) exit 0 ;; esac
    # A test changes no generation, so there the path says what ran.
    if [ "$goal" != test ] && is_number "$generation_before" && [ -e "$profile-$generation_before-link" ]; then
      printf 'generation %s\n' "$generation_before"
    elif [ -n "$previous" ]; then
      printf 'toplevel %s\n' "$previous"
    fi
  )
  case $standing_before in
    'generation '*) generation=${standing_before#generation } ;;
    'toplevel '*) toplevel=${standing_before#toplevel } ;;
    *) return 1 ;;
  esac
}

print_undoable() { (if [ -n "$1" ] && before_deployment "$1"; then emit undoable "$1"; fi); }

# --- what a coordinator keeps: where its rollout waits, and who approved ---

use_rollout() {
  case $1 in
    '' | .* | *[!A-Za-z0-9._-]*)
      echo "bad rollout: $1" >&2
      exit 64
      ;;
  esac
  rollout=$library/rollouts/$1
}

write_document() { mkdir -p -- "$rollout" && chmod 700 -- "$rollout" && write_file "$rollout/$1"; }

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
  if [ "$(value_of "$rollout/approval" digest)" != "$digest" ]; then rm -f -- "$rollout/approval"; fi
  if [ "$#" -eq 0 ]; then
    rm -f -- "$rollout/record"
  else
    printf '%s\n' "digest=$digest" "since=$(now)" "$@" | write_document record || refuse_state
  fi
  emit written "$rollout"
}

# rollout-approve ROLLOUT DIGEST LINE…: lets the pause of this plan end.
rollout_approve() {
  use_rollout "$1"
  enter_gate
  [ "$(value_of "$rollout/record" digest)" = "$2" ] || refuse not-paused
  digest=$2
  shift 2
  printf '%s\n' "digest=$digest" "$@" | write_document approval || refuse_state
  emit approved "$digest"
}
