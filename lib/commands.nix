# The commands of a network as one program for one system, made from the network's own nixpkgs.
{ lib, errors }:
{
  pkgs,
  network,
  commands,
}:
let
  script = import ./programs/script.nix { inherit lib; };
  program =
    name: command:
    script pkgs "command-${name}" {
      packages = command.packages pkgs;
      text = "# ${command.description}\nset -o pipefail\n" + command.script;
    };

  case = name: command: "  ${name}) exec ${program name command} \"$@\" ;;\n";
  line = name: command: "${name}: ${command.description}";
  list =
    if commands == { } then
      "The network ${errors.quote network} has no commands: none of its modules offers any."
    else
      lib.concatLines (
        [ "Commands of the network ${errors.quote network}:" ] ++ lib.mapAttrsToList line commands
      );
in
pkgs.writeShellScript "netlib-command" ''
  set -eu
  name=''${1-}
  [ "$#" -eq 0 ] || shift
  case $name in
  ${lib.concatStrings (lib.mapAttrsToList case commands)}  "") printf '%s\n' ${lib.escapeShellArg list}; exit 2 ;;
    *) printf 'netlib: there is no command "%s".\n%s\n' "$name" ${lib.escapeShellArg list} >&2; exit 2 ;;
  esac
''
