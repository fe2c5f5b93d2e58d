# shellcheck shell=sh disable=SC2034,SC3013 # Every sh has -ef.
# judge-switch GOAL REBOOT SYSTEM PROFILE: how a host can be brought to SYSTEM, as nothing was changed yet, in lines KEY=VALUE:
#   goal         GOAL, or `boot` where NixOS does not switch to it
#   due, closed  what only a restart brings in, and why there may be none at this moment
#   trial        what a boot on trial is for (see boot-once.nix), where REBOOT is `once` and it takes the place of the switch
#   why, help    nothing can be done, and what to do about that
# PROFILE is the system that boots now. Without a GOAL only due and closed are told. A shell reads it, for which it is no process more.
set +eu
goal=$1 reboot=$2 system=$3 profile=$4
running=${NETLIB_HOST_ROOT:-}/run/current-system booted=${NETLIB_HOST_ROOT:-}/run/booted-system

refuse() {
  printf 'why=%s; nothing was changed\nhelp=%s\n' "$1" "$2"
  exit
}

# Whether the first lines of two files are not the same.
differ() {
  before='' after=''
  read -r before <"$1"
  read -r after <"$2"
  [ "$before" != "$after" ]
}

# What the booted system has otherwise; what either lacks says nothing.
parts=''
for part in kernel initrd kernel-modules kernel-params systemd; do
  old=$booted/$part new=$system/$part
  if [ ! -e "$old" ] || [ ! -e "$new" ] || [ "$old" -ef "$new" ]; then continue; fi
  # The parameters are a plain file in each system, so that only its content tells.
  if [ "$part" != kernel-params ] || differ "$old" "$new"; then parts="$parts, $part"; fi
done

# What NixOS refuses to switch in the running system: names in JSON, each with a text that has to stay the same where both have the name.
inhibitors=''
old=$running/switch-inhibitors new=$system/switch-inhibitors
if [ -f "$old" ] && [ -f "$new" ] && [ ! "$old" -ef "$new" ]; then
  pair='"[^"]*"[[:space:]]*:[[:space:]]*"[^"]*"'
  pairs=$(grep -o -e "$pair" -- "$new")
  inhibitors=$(grep -o -e "$pair" -- "$old" | while IFS='"' read -r skipped name skipped was skipped; do
    printf '%s\n' "$pairs" | while IFS='"' read -r skipped other skipped is skipped; do
      if [ "$name" = "$other" ] && [ "$was" != "$is" ]; then printf ', %s %s -> %s' "$name" "$was" "$is"; fi
    done
  done)
fi
old=$running/init-interface-version new=$system/init-interface-version
if [ -f "$old" ] && [ -f "$new" ] && differ "$old" "$new"; then inhibitors="$inhibitors, init $before -> $after"; fi
due=$parts$inhibitors
due=${due#, } inhibitors=${inhibitors#, }

closed='' window=$system/netlib/reboot-window
if [ "$goal" = boot ] || [ -z "$goal" ] || [ -n "$due" ]; then
  if [ -x "$window" ] && ! said=$(timeout 20 "$window" 2>/dev/null); then closed=" (${said:-its window cannot be read})" reboot=''; fi
fi

trial=''
case $reboot:$goal:${due:+due}${inhibitors:+,inhibited} in
  once:switch:?* | once:boot:*)
    trial=${due:-system} due=''
    help="with \`activation.bootOnce = false\` the node is restarted into a new system that it then boots whatever happens"
    [ -n "$profile" ] || refuse 'no system profile: a boot on trial needs a system that boots otherwise' "$help"
    [ -x "$system/netlib/boot-once" ] ||
      refuse "the new system cannot end a boot on trial, as it was made without \`activation.bootOnce\`" "$help"
    refusal=$(timeout 60 "$system/netlib/boot-once" check 2>/dev/null) ||
      refuse "the new system cannot be booted only once: ${refusal:-its boot loader does not say why}" "$help"
    ;;
  *:switch:*,inhibited) goal=boot ;;
  *:test:*,inhibited)
    refuse "NixOS does not switch to this system without a restart ($inhibitors), so it cannot be tested" \
      "deploy it without \`--goal test\`: it becomes the system that boots; with \`--reboot\` the node restarts, too"
    ;;
esac

# What a boot loader copies has to have room; what it has already needs none.
has_all() { [ "$profile/kernel" -ef "$system/kernel" ] && [ "$profile/initrd" -ef "$system/initrd" ]; }
case $goal in
  switch | boot)
    if [ -x "$system/netlib/boot-room" ] && ! has_all; then
      room=$(timeout 60 "$system/netlib/boot-room" "$system" 2>/dev/null)
      [ "$?" -ne 3 ] || refuse "$room" \
        "remove old generations there, for example with \`nix-collect-garbage --delete-older-than 30d\` and \`$running/bin/switch-to-configuration boot\`; or lower \`boot.loader.<name>.configurationLimit\`"
    fi
    ;;
esac
printf '%s\n' "goal=$goal" "due=$due" "closed=$closed" "trial=$trial"
