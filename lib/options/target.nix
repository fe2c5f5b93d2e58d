# How the deployer reaches one node.
{
  lib,
  netlib,
  name,
}:
{ config, options, ... }:
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

    previous = lib.mkOption {
      type = types.nullOr (
        types.submodule {
          options = lib.genAttrs [ "host" "user" "port" "sshOptions" ] (
            option:
            lib.mkOption {
              inherit (options.target.${option}) type description example;
              default = config.target.${option};
              defaultText = lib.literalExpression "config.target.${option}";
            }
          );
        }
      );
      default = null;
      description = ''
        How the node was reached before, where its configuration changes the port or address of sshd, the login user or the host
        key together with `target`: what is not said here is as in `target`. A node that cannot be reached as `target` says is
        reached this way, and has to be reached as `target` says for its new system to be confirmed. Remove it after the deployment.
      '';
      example = {
        port = 22;
      };
    };

    local = lib.mkOption {
      type = types.bool;
      default = false;
      description = "Whether the node is the machine that netlib runs on: then no SSH is used at all.";
      example = true;
    };
  };
}
