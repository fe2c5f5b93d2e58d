#!/bin/sh
# can-build SYSTEM DERIVATION: prints why nothing can build this derivation of another system; nothing where something can, where it
# is built already or can be fetched, and where builds are made elsewhere.
set -u
system=$1
nix() { command nix --extra-experimental-features nix-command "$@" 2>/dev/null; }
setting() { nix config show "$1"; }
# Machines are lines or ended by semicolons, in the setting or in files that it names.
machines() {
  tr ';' '\n' | while read -r uri systems rest; do
    case $uri in @*) machines <"${uri#@}" 2>/dev/null ;; '' | '#'*) ;; *) printf '%s ' ",$systems," ;; esac
  done
}
case $(setting store) in auto | daemon | local) ;; *) exit 0 ;; esac
own=$(setting system)
emulated=$(setting extra-platforms)
case " $own $emulated $(setting external-builders | tr '",' '  ') " in *" $system "*) exit 0 ;; esac
case $(setting builders | machines) in *",$system,"*) exit 0 ;; esac
# It names on stderr what it would build; an error is told by the build itself.
would=$(command nix --extra-experimental-features nix-command build --dry-run --no-link "$2^*" 2>&1) || exit 0
case $would in *' will be built'*) ;; *) exit 0 ;; esac
cat <<END
nothing here builds for $system: this machine is $own${emulated:+ with $emulated}, and its Nix has no builder for it; nothing was built
  help: add a machine to \`builders\` of its nix.conf; or emulate it (on NixOS \`boot.binfmt.emulatedSystems = [ "$system" ];\`, elsewhere qemu-user and \`extra-platforms\`); or compile across systems (\`nixpkgs.buildPlatform\` of the node)
END
