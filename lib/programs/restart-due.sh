# shellcheck shell=bash disable=SC2154
# Whether the deployment will restart the node: says so as a record, and why. By the rules of the host's own script.
PATH=$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin
wanted=$(nix-instantiate --eval --strict --expr "
  let
    context = builtins.fromJSON (builtins.readFile (builtins.getEnv \"NETLIB_CONTEXT\"));
    asked = context.request.goal or null;
  in
  (if asked == null then \"$goal\" else asked) + \" \" + (context.nodes.\"$node\".toplevel or \"\")
")
wanted=${wanted//\"/}
goal=${wanted%% *} toplevel=${wanted#* }
booted=/run/booted-system due=

add() { due=$due${due:+, }$1; }
real() { readlink -f -- "$1"; }

for part in kernel initrd kernel-modules systemd; do
  if [ -e "$booted/$part" ] && [ -e "$toplevel/$part" ] && [ "$(real "$booted/$part")" != "$(real "$toplevel/$part")" ]; then add "$part"; fi
done
for file in "$booted/kernel-params" /run/current-system/switch-inhibitors; do
  other=$toplevel/${file##*/}
  if [ -e "$file" ] && [ -e "$other" ] && [ "$(<"$file")" != "$(<"$other")" ]; then add "${file##*/}"; fi
done
if [ "$goal" = boot ]; then add 'the system itself'; fi

if [ -z "$due" ]; then
  printf '{"note":"no restart"}\n' >&3
elif [ -x "$toplevel/etc/netlib/reboot-window" ] && ! closed=$("$toplevel/etc/netlib/reboot-window"); then
  printf '{"note":"no restart now: %s"}\n' "$closed" >&3
else
  printf '{"fact":{"restart":"yes"}}\n{"note":"a restart is due: %s"}\n' "$due" >&3
fi
