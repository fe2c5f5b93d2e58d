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
