# shellcheck shell=bash disable=SC2154
# Writes which system runs, which generation it is, and whether it is the one that boots; by rename, as readers may come any time.
running=$(readlink -f /run/current-system)
profile=$(readlink -f /nix/var/nix/profiles/system || true)
link=$(readlink /nix/var/nix/profiles/system || true)
generation=${link#system-}
generation=${generation%-link}
case $generation in *[!0-9]* | "") generation=0 ;; esac
is_profile=0
[ "$running" != "$profile" ] || is_profile=1

fresh=$(mktemp "$DIRECTORY/.system.XXXXXX")
trap 'rm -f "$fresh"' EXIT
cat > "$fresh" << END
# HELP netlib_system_info The system that runs.
# TYPE netlib_system_info gauge
netlib_system_info{toplevel="${running##*/}"} 1
# HELP netlib_system_generation Number of the generation that boots, 0 when there is none.
# TYPE netlib_system_generation gauge
netlib_system_generation $generation
# HELP netlib_system_is_profile Whether the system that runs is the one that boots.
# TYPE netlib_system_is_profile gauge
netlib_system_is_profile $is_profile
END
# Only where git-tracking writes it down: what was confirmed, as long as that is what boots.
if [ -r /var/lib/netlib/deployment ]; then
  declare -A about=()
  while IFS="=" read -r key value; do case $key in system | commit | subject | who | since) about[$key]=$value ;; esac done < <(head -c 4096 /var/lib/netlib/deployment | tr -d '"\134')
  since=$(date -d "${about[since]-}" +%s 2> /dev/null || echo 0)
  if [ "${about[system]-}" = "${profile##*/}" ]; then
    cat >> "$fresh" << END
# HELP netlib_deployment_info The commit that was deployed last, and who did it.
# TYPE netlib_deployment_info gauge
netlib_deployment_info{commit="${about[commit]-}",subject="${about[subject]-}",who="${about[who]-}"} 1
# HELP netlib_deployment_time_seconds When it was confirmed.
# TYPE netlib_deployment_time_seconds gauge
netlib_deployment_time_seconds $since
END
  fi
fi
# Only where volatile secrets are sent to.
if [ -e /etc/netlib/receive-secrets ]; then
  awaits=1
  for mark in /run/netlib-secrets/volatile/.complete-*; do [ ! -e "$mark" ] || awaits=0; done
  cat >> "$fresh" << END
# HELP netlib_awaiting_secrets Whether the volatile secrets of the node have not arrived yet.
# TYPE netlib_awaiting_secrets gauge
netlib_awaiting_secrets $awaits
END
fi
chmod 0644 "$fresh"
mv "$fresh" "$DIRECTORY/system.prom"
