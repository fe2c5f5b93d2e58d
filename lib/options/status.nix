# What `netlib status` shows of nodes besides what it knows itself.
{ lib, netlib, ... }:
let
  inherit (lib) types;

  field.options = {
    column = lib.mkOption {
      type = types.strMatching "[a-z][a-z0-9 -]{0,30}";
      description = "What the line is called.";
      example = "release";
    };

    program = lib.mkOption {
      type = types.lines;
      description = "Shell script, run as root with `set -eu` by the node that is looked at, for at most five seconds. Its first line of output is shown.";
      example = "git -C /var/lib/site.git rev-parse --short refs/heads/live";
    };

    packages = netlib.types.packages "git" "Packages of the node's own pin whose programs it calls.";

    on = lib.mkOption {
      type = netlib.types.selectors;
      default = [ "*" ];
      description = "Selectors of the nodes that have it.";
      example = [ "role:web" ];
    };
  };
in
{
  options.status = lib.mkOption {
    type = types.attrsOf (types.submodule field);
    default = { };
    description = "Further lines of `netlib status`, by name. The programs are part of the nodes' systems, in its folder `netlib/status`.";
    example = lib.literalExpression ''
      {
        release = { column = "release"; program = "git -C /var/lib/site.git rev-parse --short refs/heads/live"; };
      }
    '';
  };
}
