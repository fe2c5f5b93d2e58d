# Programs for people, run on the deployer by `nix run`: what a network module cannot do without somebody's keys or decision.
{ lib, netlib, ... }:
let
  inherit (lib) types;

  command.options = {
    description = lib.mkOption {
      type = types.singleLineStr;
      description = "What the command does, for people.";
      example = "Sign SSH keys of hosts and people";
    };

    packages = netlib.types.packages "openssh" "Packages of the network's own nixpkgs whose programs the script calls. They come first in its PATH.";

    script = lib.mkOption {
      type = types.lines;
      description = "Bash script, run with `set -euo pipefail` in the directory where the user is, with the user's arguments.";
      example = "ssh-keygen -L -f ssh-certificates/hosts/alpha-cert.pub";
    };
  };
in
{
  options.commands = lib.mkOption {
    type = types.attrsOf (types.submodule command);
    default = { };
    description = ''
      Commands by name. `nix run .#command -- <name>` runs one; in a network other than `default` it is
      `nix run .#command-<network> -- <name>`.
    '';
    example = lib.literalExpression ''
      {
        ssh-access = {
          description = "Sign SSH keys of hosts and people";
          packages = pkgs: [ pkgs.openssh ];
          script = "…";
        };
      }
    '';
  };
}
