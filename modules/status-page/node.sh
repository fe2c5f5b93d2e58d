# shellcheck shell=bash disable=SC2154
# On a node, as root: says how it is, and delivers that. Before it stand `node`, `network` (an id), `host_key`, `statement` (the program), `tracks` (whether the
# network's repository is here), `targets` (arrays of words for curl, a line each), `checks_folder`, and by check `subject_of`, `name_of` and `limit_of`, and
# by public key `peer_of`.
set +e
export LC_ALL=C
PATH=$PATH:/run/current-system/sw/bin
folder=/run/netlib-status-page-node
library=/var/lib/netlib
umask 077
mkdir -p "$folder/checks"
cd "$folder" || exit 1

real() {
  local found
  found=$(readlink -f -- "$1") && [ -e "$found" ] && printf '%s' "${found##*/}"
}

# --- checks: all at once, each with its own patience; the last line of one that fails says why -----------------------------

rm -f checks/*
for program in "${!name_of[@]}"; do
  {
    timeout --kill-after=2 "${limit_of[$program]}" "$checks_folder/bin/$program" < /dev/null > "checks/$program.out" 2>&1
    echo $? > "checks/$program.status"
  } &
done

# --- the system, and the last deployment --------------------------------------------------------------------------------------

system=$(real /run/current-system) booted=$(real /run/booted-system) profile=$(real /nix/var/nix/profiles/system)
link=$(readlink /nix/var/nix/profiles/system)
generation=${link#system-} generation=${generation%-link}
case $generation in '' | *[!0-9]* | ????????*) generation=0 ;; esac

# load FILE: its fields, of which the last line counts. Only those that are wanted.
declare -A state=()
load() {
  local field value
  state=()
  while IFS='=' read -r field value; do
    case $field in number | phase | goal | toplevel | deployer | started | finished | message) state[$field]=$value ;; esac
  done < "$1"
}
newest=0 last=
for file in "$library"/deploys/*/state; do
  [ -f "$file" ] || continue
  load "$file"
  case ${state[number]-} in '' | *[!0-9]*) continue ;; esac
  if [ "${state[goal]-}" != dry-activate ] && [ "${state[number]}" -gt "$newest" ]; then newest=${state[number]} last=$file; fi
done
state=()
[ -z "$last" ] || load "$last"
id=${last%/state} id=${id##*/} planned=${state[toplevel]-}

restart=
for part in kernel initrd kernel-modules systemd; do
  before=$(readlink -f "/run/booted-system/$part") now=$(readlink -f "/run/current-system/$part")
  if [ -e "$before" ] && [ -e "$now" ] && [ "$before" != "$now" ]; then restart=$restart${restart:+, }$part; fi
done

commit=
if [ -n "$tracks" ]; then
  commit=$(git -c safe.directory='*' --git-dir "$library/network.git" log -1 --format='%H%x09%ct%x09%cn%x09%s' "refs/netlib/deployed/$node" 2> /dev/null)
fi

# --- what else somebody may want to know -------------------------------------------------------------------------------------

failed=$(systemctl list-units --failed --all --plain --no-legend --full | cut -d ' ' -f 1)
disks=$(df --output=pcent,target / /boot /nix /var /home 2> /dev/null | tail -n +2 | sort -u -k 2)

# systemd forgets with a restart of the machine when a job succeeded last.
backups=$library/statements/backups
mkdir -p "$backups"
systemctl list-unit-files --plain --no-legend 'borgbackup-job-*.service' 'restic-backups-*.service' | while read -r unit _; do
  [ -e "$backups/${unit%.service}" ] || echo 0 > "$backups/${unit%.service}"
  ended=$(systemctl show --property=ExecMainExitTimestamp --value -- "$unit")
  if [ -n "$ended" ] && [ "$(systemctl show --property=Result --value -- "$unit")" = success ]; then
    date -d "$ended" +%s > "$backups/${unit%.service}.new" && mv -f "$backups/${unit%.service}.new" "$backups/${unit%.service}"
  fi
done

fields=$(/run/current-system/netlib/status-fields)

peers=$(if [ ${#peer_of[@]} != 0 ]; then
  wg show all latest-handshakes | while read -r _ key at; do
    [ -z "${peer_of[$key]-}" ] || printf '%s\t%s\n' "${peer_of[$key]}" "$at"
  done
fi)

rollouts=$(for file in "$library"/rollout-*; do
  [ -f "$file" ] && printf '%s\t%s\n' "${file##*/rollout-}" "$(head -n 1 "$file" | head -c 4000 | tr -d '\0')"
done)

# --- put together -----------------------------------------------------------------------------------------------------------

wait
checks=$(for program in "${!name_of[@]}"; do
  read -r status < "checks/$program.status"
  reason=
  if [ "$status" = 124 ] || [ "$status" = 137 ]; then
    reason="no answer within ${limit_of[$program]} s"
  elif [ "$status" != 0 ]; then
    reason=$(tail -n 1 "checks/$program.out" | head -c 300 | tr -d '\0')
  fi
  printf '%s\t%s\t%s\t%s\n' "${subject_of[$program]}" "${name_of[$program]}" "$status" "$reason"
done)

jq --null-input --compact-output --arg system "$system" --arg booted "$booted" --arg profile "$profile" --arg planned "${planned##*/}" \
  --argjson generation "$((10#$generation))" --arg id "$id" --arg phase "${state[phase]-}" --arg goal "${state[goal]-}" --arg by "${state[deployer]-}" \
  --arg began "${state[started]-}" --arg ended "${state[finished]-}" --arg message "${state[message]-}" --arg commit "$commit" --arg checks "$checks" \
  --arg failed "$failed" --arg restart "$restart" --arg disks "$disks" --arg fields "$fields" --arg peers "$peers" --arg rollouts "$rollouts" \
  --arg backups "$(cd "$backups" && grep -H . -- * 2> /dev/null)" "$(< "$facts")" > fields.json &&
  "$statement" make status --network "$network" --node "$node" --key "$host_key" < fields.json > statement.new && mv -f statement.new statement || exit 1

# --- delivered: to each server at once; one that does not answer gets the next one ----------------------------------------------

for target in "${targets[@]}"; do
  {
    # Words without spaces, made by Nix.
    # shellcheck disable=SC2086
    said=$(curl --disable --noproxy '*' --silent --show-error --fail --max-time 20 --upload-file statement $target 2>&1) || printf 'not delivered: %s: %s\n' "${target##* }" "$said" >&2
  } &
done
wait
exit 0
