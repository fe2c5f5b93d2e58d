# How the deployer reaches one node.
{
  lib,
  netlib,
  name,
}:
let
  inherit (lib) types;
in
{
  options.target = {
    host = lib.mkOption {
      type = netlib.types.host;
      default = name;
      defaultText = lib.literalMD "the node's name";
      description = "Host name or address that ssh connects to. A `Host` of your ssh configuration will do.";
      example = "alpha.example.org";
    };

    user = lib.mkOption {
      type = types.nullOr netlib.types.word;
      default = "root";
      description = "Login name: root, or a user who may use sudo, with or without a password. Null leaves it to ssh's configuration.";
      example = "admin";
    };

    port = lib.mkOption {
      type = types.nullOr netlib.types.port;
      default = null;
      description = "TCP port of sshd. Null leaves it to ssh's configuration.";
      example = 2222;
    };

    sshOptions = lib.mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Further arguments for ssh, one a list element.";
      example = [
        "-o"
        "ProxyJump=bastion.example.org"
      ];
    };

    local = lib.mkOption {
      type = types.bool;
      default = false;
      description = "Whether the node is the machine that netlib runs on: then no SSH is used at all.";
      example = true;
    };
  };
}
