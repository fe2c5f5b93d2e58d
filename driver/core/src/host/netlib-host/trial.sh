# shellcheck shell=sh disable=SC2034,SC2154
# --- a boot on trial: what only a boot brings in is booted once, and becomes the default once it was confirmed -------

# An entry of the boot loader is of a generation, so the system is one of a profile of its own until then. GRUB's has no - in its name.
trial_profile=$root/nix/var/nix/profiles/system-profiles/netlib_trial
# What the new system starts, as early as it can (see lib/boot-once.nix), and the script that this has.
trial_script=$library/trial.sh trial_file=$library/trial

# How the new system is brought in, as nothing was changed yet. Sets `due` to what a restart is needed for, or `trial` where
# the restart is a part of this deployment; what NixOS does not switch to becomes the system that boots.
decide_way() {
  due='' closed='' trial='' said=$(judge_switch)
  case $said in why=*) printf '%s\n' "$said" && refuse because ;; esac
  while IFS= read -r line; do
    field=${line%%=*}
    case $field in goal | due | closed | trial) eval "$field=\${line#*=}" ;; esac
  done <<END
$said
END
}

# Says so (lib/programs/judge-switch.sh); nothing where no system here is of a netlib that knows.
judge_switch() {
  find_program judge-switch || return 0
  set -- "$goal" "$reboot" "$toplevel" "$now_profile"
  # shellcheck disable=SC1090
  . "$program"
}

# Ends with the host going down. The installer is that of the system which stays the default, and so is its entry.
boot_once() {
  problem='the new system could not be made a generation of its own'
  { [ -d "${trial_profile%/*}" ] || mkdir -m 755 -- "${trial_profile%/*}"; } && set_profile "$trial_profile" "$toplevel" '' || return 1
  # The earlier system stays the default whatever it thinks of that.
  export NIXOS_NO_CHECK=1
  switch_to "$profile_before" boot
  explain "$?" 'installing the boot loader' "$timeout" || return 1
  problem='the boot loader could not be told to boot the new system once'
  cp -- "$runtime/host-$nonce.sh" "$trial_file" && sync -- "$trial_file" &&
    write_text "$trial_script" print_resume "$runtime/host-$nonce.sh" && sync -- "$library" &&
    limited 60 "$toplevel/netlib/boot-once" "$toplevel" || return 1
  say "restarting for $trial: the new system boots this once, and $profile_before stays the default until it is confirmed"
  enter restarting && sync -- "$deploy" || return 1
  problem='the host did not go down for its restart'
  systemctl --no-block reboot && sleep "$timeout"
  return 1
}

print_resume() { printf '%s\n' "mkdir -p -m 700 $runtime" "cp -- $trial_file $1" "exec /bin/sh $1 work $nonce"; }

# After the restart. The time of the boot itself counts as that of a switch.
judge_boot() {
  resolve "$running"
  read_boot
  problem=$killed
  [ "$boot" != "$this_boot" ] || return 1
  problem="the new system did not come up: the host booted ${found:-no system of NixOS} again"
  [ "$found" = "$toplevel" ] || return 1
  boot=$this_boot
  save_state
  say 'the new system has booted; waiting until it has started everything'
  limited "$timeout" systemctl is-system-running --wait
  be_healthy && await_confirmation && run_hooks onConfirm && commit
}

# The default was never another one.
give_up_trial() {
  end=rolledBack
  export NIXOS_NO_CHECK=1
  forget_trial
  if ! restore_profile || ! switch_to "$profile_before" boot; then end=rollbackFailed; fi
  resolve "$running"
  if [ "$found" = "$toplevel" ]; then message="$message; the host restarts into the system from before"; fi
  finish_badly "$end"
  if [ "$found" = "$toplevel" ]; then systemctl --no-block reboot; fi
}

forget_trial() { rm -f -- "$trial_profile" "$trial_profile"-*-link "$trial_profile".lock "$trial_profile".new "$trial_script" "$trial_file"; }
