# shellcheck shell=sh disable=SC2034,SC2154
# netlib's host side: the files of this directory, one after another (see script.rs). The driver sends it over its
# connection and reads `key=value` lines back. A refusal is a line `refused=CODE`, not an exit status.
# Needs sh, coreutils, util-linux (flock), Nix and systemd.
#
#   probe [ID NAME POLICY NODES [NONCE TOPLEVEL]]
#                                what runs here, whose machine it is, what was left unfinished; with a network: refused unless
#                                the host is of that network and of that node (see check_identity); with a toplevel: kept from
#                                garbage collection from now on, also before it is here, unless it runs and boots already
#   generations                  the number of the generation that the system profile names; all of them, with date and result
#   keep NONCE programs PATH     keep from garbage collection for a day at least what checks run; say whether it is here
#   release NONCE…               keep no longer what these wanted to deploy: they ended before the host took it up
#   activate NONCE KEY=VALUE…    check, record and start the activation, then answer as `status` does: of `toplevel`; or of a
#                                generation of the profile, `generation=N` or the one before; or, with `undo=NONCE`, of what
#                                ran before that deployment, by the host's own record
#   work NONCE                   the activation itself, or what brings one to its end that was killed (started by `activate`,
#                                and again until it is over)
#   confirm NONCE OFFSET         the host can be reached: asked for over a connection made for this question. Answers as
#                                `status` does, once the activation is over
#   status NONCE OFFSET [TOLD SECONDS]
#                                how that activation stands, and its log from byte OFFSET on; its end counts as seen.
#                                With SECONDS: once there is something to tell, or when they are over
#   identify ID NAME POLICY NODES
#                                record whose machine a host without anything to activate is (POLICY: keep or adopt);
#                                otherwise the activation does
#   lease NONCE take|renew|free …
#                                who rolls this host out (see rollout.sh)
#   rollout_read, rollout_write  what the coordinator of a rollout keeps
#   reboot_needed TOPLEVEL       what only a restart would bring of TOPLEVEL
#   reboot TOPLEVEL              restart the host, which is to boot TOPLEVEL

deploys=$library/deploys roots=$root/nix/var/nix/gcroots/netlib
profile=$root/nix/var/nix/profiles/system running=$root/run/current-system booted=$root/run/booted-system
# That of NixOS.
switch_lock=$root/run/nixos/switch-to-configuration.lock other=''
# The last: how long a recorded activation may take to begin; later it never does.
keep_deploys=20 keep_roots_seconds=604800 keep_programs_seconds=86400 begin_seconds=60
in_utc=+%Y-%m-%dT%H:%M:%SZ
is_nonce() { case $1 in '' | *[!A-Za-z0-9-]*) return 1 ;; esac }

misused() { echo "netlib-host: $*" >&2; exit 64; }

# shellcheck disable=SC3013 # Every sh has it, and POSIX since 2024.
is_same() { [ "$1" -ef "$2" ]; }

# Sets `found` to the folder that a path leads to; to nothing where it leads nowhere.
resolve() {
  found=''
  if cd -P -- "$1"; then found=$PWD; fi
  cd /
} 2>/dev/null

look_at_systems() {
  resolve "$running"
  now_running=$found
  resolve "$profile"
  now_profile=$found
}

# Sets `program` to one by which the new system says what is to know of NixOS; where that is of an older netlib and has none, to one of
# another system here. False where none has it.
find_program() {
  for program in "$toplevel" "${previous:-$running}" "$running"; do
    program=$program/netlib/$1
    if [ -e "$program" ]; then return 0; fi
  done
  return 1
}

# A container shares the kernel's id with its machine; when its first process began tells its own boots apart.
read_boot() {
  read_stat /proc/1/stat 19
  read -r this_boot </proc/sys/kernel/random/boot_id
  this_boot=$this_boot-$field
}

# put_root NAME PATH: keeps it for this deployment, also before it is here.
put_root() { { [ -d "$roots" ] || mkdir -p -- "$roots"; } && ln -sfn -- "$2" "$roots/$nonce-$1"; }

# load PREFIX FILE FIELD…: sets PREFIX_FIELD to what the file says of it, or to nothing.
load() {
  prefix=$1 file=$2
  shift 2
  for field in "$@"; do eval "$prefix$field=''"; done
  [ -f "$file" ] || return 1
  while IFS= read -r line; do
    field=${line%%=*} value=${line#*=}
    case $field in
      '' | *[!a-z_]*) continue ;;
      # Arithmetic with what is no number would end the shell.
      number | until | timeout | confirm | healthy | health_deadline | started_uptime) is_number "${value#-}" || continue ;;
    esac
    case " $* " in *" $field "*) eval "$prefix$field=\$value" ;; esac
  done <"$file"
}

# write_text FILE COMMAND…: what the command prints. The file is either the old one or the whole new one, also after a power
# loss; it is the new one from when its folder is written, too. No pipe: what is killed in the middle must not leave the
# half of it.
write_text() {
  target=$1
  shift
  if "$@" >"$target.new" && sync -- "$target.new" && mv -f -- "$target.new" "$target"; then return 0; fi
  rm -f -- "$target.new"
  return 1
}

# A redirection that fails ends the shell with `:` and with `exec`; not with these.
make_empty() { printf '' >"$1"; }
