# shellcheck shell=bash
# Builder of the directory of Debian's units that NixOS would have in every system: its targets, sshd, Nix, D-Bus.
set -eu

mkdir "${out:?}"
cd /usr/lib/systemd/system
for file in *.target ssh.service nix-daemon.service nix-daemon.socket dbus.service dbus.socket; do
    [ -L "$file" ] || cp "$file" "$out"
done
cd "$out"
# As on NixOS.
printf '[Unit]\nDescription=Reactivate sysinit units\n' > sysinit-reactivation.target
printf '[Service]\nX-ReloadIfChanged=true\n' >> dbus.service
printf '[Unit]\nX-Reload-Triggers=-\n' >> ssh.service
printf '[Unit]\nX-Restart-Triggers=-\n[Service]\nX-StopIfChanged=false\n' >> nix-daemon.service
