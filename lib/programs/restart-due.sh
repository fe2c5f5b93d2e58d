# shellcheck shell=bash disable=SC2031,SC2154
# Whether the deployment will restart the node: says so as a record, and why.
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
# shellcheck source=lib/programs/judge-switch.sh
said=$(set -- '' '' "$toplevel" '' && . "$toplevel/netlib/judge-switch") || said=''
due='' closed=''
while IFS= read -r line; do
  case $line in due=*) due=${line#*=} ;; closed=*) closed=${line#*=} ;; esac
done <<<"${said//[\\\"]/}"
if [ "$goal" = boot ]; then due=$due${due:+, }'the system itself'; fi

if [ -z "$due" ]; then
  printf '{"note":"no restart"}\n' >&3
elif [ -n "$closed" ]; then
  printf '{"note":"no restart now:%s"}\n' "$closed" >&3
else
  printf '{"fact":{"restart":"yes"}}\n{"note":"a restart is due: %s"}\n' "$due" >&3
fi
