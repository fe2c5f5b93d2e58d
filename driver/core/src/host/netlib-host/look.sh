# shellcheck shell=sh disable=SC2034,SC2154
# --- looking: nothing here changes what runs or boots --------------------------------------------------------------

# Sets `link_number` to that of a generation's link, such as system-12-link.
generation_number() {
  link_number=${1##*/system-}
  link_number=${link_number%-link}
  if ! is_number "$link_number"; then link_number=''; fi
}

# Sets `current` to the number of the generation that the profile names.
current_generation() {
  generation_number "/$(readlink -- "$profile")"
  current=$link_number
}

# Each with its date, its system, and how the last deployment of that ended, if there is a record of one.
generations() {
  current_generation
  emit now "$current"
  read_records
  ends=' '
  for record in $reversed; do
    load_past "${record##*:}" phase goal toplevel deployer
    if [ "$past_goal" != dry-activate ]; then ends="$ends$past_toplevel:$past_phase$tab$past_deployer "; fi
  done
  TZ=UTC0 stat -c '%n %y' -- "$profile"-*-link 2>/dev/null | sort -V | while read -r link date time skipped; do
    generation_number "$link"
    resolve "$link"
    end=${ends#*" $found:"}
    if [ "$end" = "$ends" ]; then end=' '; fi
    [ -z "$link_number" ] || emit 'generation[]' "$link_number$tab$date ${time%.*}$tab$found$tab${end%% *}"
  done
}

print_systems() {
  look_at_systems
  emit current "$now_running"
  emit profile "$now_profile"
}

probe() {
  emit netlib-host 1
  # Both take long to say it.
  nix='' newest=''
  if [ "$#" -gt 0 ]; then command -v nix >/dev/null && nix=yes; else
    nix=$(nix --version 2>/dev/null) nix=${nix##* }
    emit state "$(systemctl is-system-running 2>/dev/null)"
  fi
  emit nix "$nix"
  [ -n "$nix" ] || because "there is no \`nix\`" "install Nix there; a host of netlib is NixOS, or a Debian with \`apt install nix-bin\`"
  command -v flock >/dev/null || because "there is no \`flock\`" "install util-linux there"
  load_identity
  print_systems
  resolve "$booted"
  emit booted "$found"
  emit network.id "$host_id"
  if [ -n "$host_id" ]; then emit network.name "${host_name:-?}"; fi
  emit node "$host_node"
  read_boot
  emit boot "$this_boot"
  print_busy
  read_records
  for record in $open; do
    use_deploy "$record"
    # Read again once nobody is at work: it may just have ended.
    if load_state && unfinished && ! beginning && lock_is_free && load_state && unfinished; then
      emit 'unfinished[]' "$nonce$tab$phase$tab$toplevel"
    fi
  done
  for newest in $reversed; do break; done
  if [ -n "$newest" ] && use_deploy "${newest##*:}" && load_state; then
    if is_bad_end && [ ! -e "$deploy/seen" ]; then unacknowledged=yes; else unacknowledged=no; fi
    emit last "$nonce$tab$phase$tab$toplevel$tab$message$tab$unacknowledged"
  fi
  if [ "$#" -ge 4 ]; then check_identity "$@"; fi
  # Where that fails, the activation says so.
  if [ "$#" -eq 6 ] && [ "$now_running $now_profile" != "$6 $6" ] && use_deploy "$5"; then put_root next "$6"; fi 2>/dev/null
}

status() {
  use_deploy "$1"
  if [ "$#" -eq 4 ]; then await_news "$2" "$3" "$4"; fi
  if is_worked_on; then emit running yes; fi
  if load_state; then print_state; else emit phase unknown; fi
  print_systems
  read_boot
  case $boot in '' | "$this_boot") ;; *) emit restarted yes ;; esac
  # Whoever asks knows from now on how it ended.
  if is_bad_end && [ ! -e "$deploy/seen" ]; then make_empty "$deploy/seen"; fi 2>/dev/null
  echo
  if [ -f "$runtime/log-$nonce" ]; then
    # What the disk did not take of the log is in memory.
    cat -- "$deploy/log" "$runtime/log-$nonce" | tail -c "+$(($2 + 1))" | head -c 65536
  else
    dd if="$deploy/log" bs=65536 count=1 skip="$2" iflag=skip_bytes status=none || return 0
  fi 2>/dev/null
}

# await_news OFFSET TOLD SECONDS: until the activation is over, or waits for confirmation, or its log has grown for a
# moment. TOLD is a phase that is no news. Never for long: whoever asked may be gone.
await_news() {
  read_boot
  read_uptime
  # One that was recorded a moment ago has not begun.
  end=$((uptime + $3)) before=prepared
  while load_state && unfinished && [ "$boot" = "$this_boot" ] && [ "$uptime" -lt "$end" ]; do
    # Whoever is at work lets go of one at the moment that is waited for.
    case $phase:$2 in
      awaitingConfirmation:awaitingConfirmation | committing:* | rollingBack:*) place=$runtime/lock ;;
      awaitingConfirmation:*) break ;;
      *) place=$runtime/news-$nonce ;;
    esac
    # Nobody may be at work, at the beginning or because that was killed.
    if [ "$before" = "$phase" ]; then sleep 0.2 || sleep 1; fi
    before=$phase
    flock -s -w 3 6 6<"$place"
    if [ "$?" -eq 1 ] && before='' && [ "$(stat -c %s -- "$deploy/log")" -gt "$1" ]; then break; fi
    read_uptime
  done
  # The end is told once all is tidied.
  if ! unfinished && [ -e "$runtime/host-$nonce.sh" ]; then flock -s -w 6 6 6<"$runtime/lock"; fi
} 2>/dev/null

# --- what is asked most is answered here: a shell that does not get to the rest does not read it -------------------

confirm() {
  use_deploy "$1"
  if ! load_state || [ "$phase" != awaitingConfirmation ] || ! is_worked_on; then refuse not-waiting; fi
  make_empty "$runtime/confirm-$nonce" || refuse_state "$runtime"
  if read -r sleeper <"$runtime/session-$nonce"; then kill "$sleeper"; fi 2>/dev/null
  status "$1" "$2" awaitingConfirmation 10
}

# serve SUBCOMMAND…: what lies in a folder that others can change is not looked at.
serve() {
  private_folder "$runtime"
  if [ -e "$library" ] || [ -L "$library" ]; then private_folder "$library"; fi
  "$@"
  exit
}

case ${1:-} in probe | generations | status | confirm) serve "$@" ;; esac
