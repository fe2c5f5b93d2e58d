# Facts that network modules ask nodes for.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;

  request.options = {
    description = lib.mkOption {
      type = types.singleLineStr;
      description = "What the fact is and what it leaves on the node, for people.";
      example = "WireGuard key pair at /var/lib/netlib/wireguard-mesh/wg0/private-key";
    };

    pattern = lib.mkOption {
      type = types.strMatching ".+";
      default = "[ -~]+";
      description = ''
        What the value must match from its beginning to its end: an extended regular expression of literals, classes of ASCII
        characters, groups, `|` and counts. `netlib facts gather` refuses anything else, and so does the network that reads it.
        Whoever owns the node chooses the value, so leave no room: name what a key is called, and how long it is.
      '';
      defaultText = lib.literalMD "one line of printable ASCII characters";
      example = "[A-Za-z0-9+/]{43}=";
    };

    unique = lib.mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether no two nodes can have the same value, as with a key whose private half is on one machine alone. `netlib facts gather` then takes
        no value of a node that another one has already.
      '';
      example = true;
    };

    packages = netlib.types.packages "wireguard-tools" "Packages of the node's own pin whose programs the script calls. They come first in its PATH.";

    script = lib.mkOption {
      type = types.lines;
      description = ''
        Shell script, run as root on the node with `set -eu` and umask 077. It makes what is missing, changes nothing that is there,
        and prints the public value as one line. What is secret never leaves the node.
      '';
      example = "cat /etc/ssh/ssh_host_ed25519_key.pub";
    };
  };
in
{
  options.facts = lib.mkOption {
    type = netlib.types.attrsOfNodes (builtins.attrNames config.nodes) (
      types.attrsOf (types.submodule request)
    );
    default = { };
    description = "Facts that nodes are asked for by `netlib facts gather`, by node and fact name. Values end up in `nodes.<name>.facts`.";
    example = lib.literalExpression ''
      {
        alpha.ssh-host-key = {
          description = "SSH host key";
          pattern = netlib.ssh.keyPattern;
          script = "cat /etc/ssh/ssh_host_ed25519_key.pub";
        };
      }
    '';
  };
}
