# shellcheck shell=sh
# vm-run.sh PID_FILE CONSOLE QEMU…: runs a virtual machine until it is switched off. A restart is a new process of QEMU: in one that goes
# on, each write to memory that held code of the system before is slow, and firmware takes up to a minute of CPU instead of 3 s.
set -eu
pid_file=$1 console=$2
shift 2
echo $$ >"$pid_file"
# QEMU ends in the same way at a restart and when the machine is switched off; its kernel says which.
while "$@" -no-reboot; do
  case $(tail -n 1 -- "$console") in *'reboot: Power down'*) exit 0 ;; esac
done
