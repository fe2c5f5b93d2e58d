# shellcheck shell=sh disable=SC2034,SC2154
# --- a boot on trial: what only a boot brings in is booted once, and becomes the default once it was confirmed -------

# An entry of the boot loader is of a generation, so the system is one of a profile of its own until then. GRUB's has no - in its name.
trial_profile=$root/nix/var/nix/profiles/system-profiles/netlib_trial
# What the new system begins with: this script, and the deployment.
trial_script=$library/trial.sh trial_file=$library/trial

# Sets `parts` to what only a boot brings in: those in which the booted system differs (one that either lacks says nothing),
# and, also alone in `inhibitors`, what NixOS refuses to switch in the running one.
find_parts() {
  parts='' inhibitors=''
  for part in kernel initrd kernel-modules kernel-params systemd; do
    old=$booted/$part new=$1/$part
    if [ ! -e "$old" ] || [ ! -e "$new" ] || is_same "$old" "$new"; then continue; fi
    # The parameters are a plain file in each system, so that only its content tells.
    if [ "$part" = kernel-params ] && ! differ "$old" "$new"; then continue; fi
    parts="$parts, $part"
  done
  old=$running/switch-inhibitors new=$1/switch-inhibitors
  if [ -f "$old" ] && [ -f "$new" ] && ! is_same "$old" "$new"; then find_inhibitors; fi
  old=$running/init-interface-version new=$1/init-interface-version
  if [ -f "$old" ] && [ -f "$new" ] && differ "$old" "$new"; then inhibitors="$inhibitors, init $old_text -> $new_text"; fi
  parts="$parts$inhibitors"
  parts=${parts#, } inhibitors=${inhibitors#, }
}

# Whether the first lines of two files are not the same.
differ() {
  old_text='' new_text=''
  read -r old_text <"$1"
  read -r new_text <"$2"
  [ "$old_text" != "$new_text" ]
}

# Both are JSON: names, each with a text that has to stay the same where both have the name.
find_inhibitors() {
  pair='"[^"]*"[[:space:]]*:[[:space:]]*"[^"]*"'
  pairs=$(grep -o -e "$pair" -- "$new")
  inhibitors=$(grep -o -e "$pair" -- "$old" | while IFS='"' read -r skipped name skipped was skipped; do
    printf '%s\n' "$pairs" | while IFS='"' read -r skipped other skipped is skipped; do
      if [ "$name" = "$other" ] && [ "$was" != "$is" ]; then printf ', %s %s -> %s' "$name" "$was" "$is"; fi
    done
  done)
}

# Sets `closed` to why a host may not be restarted for a system at this moment, which the system itself knows.
find_closed() {
  closed=''
  if [ ! -x "$1/etc/netlib/reboot-window" ]; then return 0; fi
  said=$(timeout 20 "$1/etc/netlib/reboot-window" 2>/dev/null) || closed=" (${said:-its window cannot be read})"
}

# How the new system is brought in, as nothing was changed yet. Sets `due` to what a restart is needed for, or `trial` where
# the restart is a part of this deployment. What NixOS does not switch to becomes the system that boots.
decide_way() {
  find_parts "$toplevel"
  due=$parts closed=''
  if [ -n "$due" ] || [ "$goal" = boot ]; then find_closed "$toplevel"; fi
  if [ -n "$closed" ]; then reboot=''; fi
  case $reboot:$goal${inhibitors:+-inhibited} in
    once:switch* | once:boot*) ;;
    *:switch-inhibited) goal=boot && return ;;
    *:test-inhibited)
      because "NixOS does not switch to this system without a restart ($inhibitors), so it cannot be tested; nothing was changed" \
        "deploy it without \`--goal test\`: it becomes the system that boots; with \`--reboot\` the node restarts, too"
      ;;
    *) return 0 ;;
  esac
  if [ -z "$due" ] && [ "$goal" = switch ]; then return 0; fi
  trial=${due:-system} due=''
  help="with \`activation.bootOnce = false\` the node is restarted into a new system that it then boots whatever happens"
  [ -n "$now_profile" ] || because 'no system profile: a boot on trial needs a system that boots otherwise; nothing was changed' "$help"
  [ -x "$toplevel/etc/netlib/boot-once" ] ||
    because "the new system cannot end a boot on trial, as it was made without \`activation.bootOnce\`; nothing was changed" "$help"
  refusal=$(timeout 60 "$toplevel/etc/netlib/boot-once" check 2>/dev/null) ||
    because "the new system cannot be booted only once: ${refusal:-its boot loader does not say why}; nothing was changed" "$help"
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
  cp -- "$runtime/host-$nonce.sh" "$trial_script" && write_text "$trial_file" printf '%s\n' "$nonce" &&
    sync -- "$trial_script" "$library" && limited 60 "$toplevel/etc/netlib/boot-once" "$toplevel" || return 1
  say "restarting for $trial: the new system boots this once, and $profile_before stays the default until it is confirmed"
  enter restarting && sync -- "$deploy" || return 1
  problem='the host did not go down for its restart'
  systemctl --no-block reboot && sleep "$timeout"
  return 1
}

# resume: what the system that is tried starts, as early as it can (see lib/boot-once.nix).
resume() {
  nonce=''
  if [ -f "$trial_file" ]; then read -r nonce <"$trial_file"; fi
  is_nonce "$nonce" || exit 0
  cp -- "$trial_script" "$runtime/host-$nonce.sh"
  work "$nonce"
}

# After the restart. The time of the boot itself counts as that of a switch.
judge_boot() {
  resolve "$running"
  read_boot
  problem=$killed
  if [ "$boot" != "$this_boot" ] && [ "$found" != "$toplevel" ]; then
    problem="the new system did not come up: the host booted ${found:-no system of NixOS} again"
  elif [ "$boot" != "$this_boot" ]; then
    boot=$this_boot
    save_state
    say 'the new system has booted; waiting until it has started everything'
    limited "$timeout" systemctl is-system-running --wait
    if be_healthy && await_confirmation && run_hooks onConfirm && commit; then
      finish_well
      return
    fi
  fi
  message=$problem
  give_up_trial
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
