#!/bin/sh
# Root's own sshd for one connection, which is its stdin and stdout. It takes the key in $1 and no other.
umask 077
sshd=
for place in /run/current-system/sw/bin/sshd "$(command -v sshd)" /usr/sbin/sshd; do
  if [ -x "$place" ]; then sshd=$place && break; fi
done
if [ -z "$sshd" ]; then
  echo 'netlib: there is no sshd here, which programs of plans need where root does not log in' >&2
  exit 1
fi
folder=$(mktemp -d /run/netlib-sshd.XXXXXXXXXX) || exit 1
trap 'rm -rf -- "$folder"' EXIT
trap 'exit 1' HUP INT TERM PIPE
ssh-keygen -q -t ed25519 -N '' -f "$folder/host" || exit 1
printf '%s\n' "$1" >"$folder/keys"
# Where sshd gives up its rights, on distributions that do not make the folder before.
if [ ! -d /run/sshd ]; then mkdir -m 755 /run/sshd; fi
# Without PAM, sshd refuses a root whose password is locked.
pam=no
if [ -e /etc/pam.d/sshd ]; then pam=yes; fi
"$sshd" -i -q -f /dev/null -o HostKey="$folder/host" -o AuthorizedKeysFile="$folder/keys" -o StrictModes=no \
  -o AuthenticationMethods=publickey -o AllowUsers=root -o PermitRootLogin=prohibit-password -o UsePAM="$pam" \
  -o PidFile=none -o PrintMotd=no -o PrintLastLog=no -o 'Subsystem=sftp internal-sftp'
