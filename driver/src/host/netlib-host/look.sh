# shellcheck shell=sh disable=SC2154
# --- looking: nothing here changes what runs, boots or is kept ---------------------------------------------------

# The number of a generation's link, such as system-12-link.
generation_number() {
  number=${1##*/}
  case $number in system-*-link) number=${number#system-} number=${number%-link} ;; esac
  case $number in '' | *[!0-9]*) ;; *) printf '%s\n' "$number" ;; esac
}

current_generation() { if [ -L "$profile" ]; then generation_number "$(readlink -- "$profile")"; fi; }

generations() {
  emit generation.current "$(current_generation)"
  for link in "$profile"-*-link; do
    number=$(generation_number "$link")
    if [ -n "$number" ] && [ -L "$link" ]; then
      emit generation "$number $(stat -c %Y -- "$link") $(readlink -f -- "$link")"
    fi
  done
}

probe() {
  read_identity
  nix=$(nix --version 2>/dev/null)
  emit netlib-host 1
  emit current "$(resolve "$running")"
  emit booted "$(resolve "$booted")"
  emit profile "$(resolve "$profile")"
  emit network.id "$host_id"
  emit network.name "$host_name"
  emit nix "${nix##* }"
  emit flock "$(command -v flock)"
  emit boot "$(boot_id)"
  if has_systemd; then emit state "$(systemctl is-system-running 2>/dev/null)"; fi
  print_lock
  for entry in $(recorded); do
    use_deploy "$entry"
    if ! load_state; then continue; fi
    # Read again once nobody is at work: it may just have ended.
    if unfinished && ! beginning && lock_is_free && load_state && unfinished; then
      emit unfinished "$nonce $phase $toplevel"
    fi
    last="$nonce $phase $toplevel $message"
    if is_bad_end && [ ! -e "$deploy/seen" ]; then unseen=yes; else unseen=no; fi
  done
  emit last "${last:-}"
  emit last.unseen "${unseen:-no}"
  if [ "$#" -eq 3 ]; then check_identity "$@"; fi
}

status() {
  use_deploy "$1"
  if is_worked_on; then worked_on=yes; else worked_on=no; fi
  if ! load_state; then
    emit phase unknown
  else
    print_state
  fi
  emit running "$worked_on"
  emit current "$(resolve "$running")"
  emit profile "$(resolve "$profile")"
  emit boot.now "$(boot_id)"
  # Whoever asks knows from now on how it ended.
  if is_bad_end; then make_empty "$deploy/seen"; fi 2>/dev/null
  printf '\n'
  # What the disk did not take of the log is in memory.
  cat -- "$deploy/log" "$runtime/log-$nonce" 2>/dev/null | tail -c "+$(($2 + 1))" | head -c 65536
}

# What systemd is working on at this moment, without what only waits for that.
list_jobs() {
  emit asked jobs
  if ! has_systemd; then return 0; fi
  systemctl list-jobs --no-legend --no-pager 2>/dev/null | while read -r job unit action job_state; do
    if [ "$job_state" = running ] && [ -n "$job" ]; then emit job "$unit ($action)"; fi
  done
}
