# Options of one secret.
{ lib, netlib }:
{
  name,
  config,
  readState,
  pathOf,
  ...
}:
let
  inherit (lib) types;
  state = readState name;
in
{
  options = {
    for = lib.mkOption {
      type = netlib.references.nodes;
      default = [ ];
      description = "Selectors of the nodes that get it. Nobody else can read their files but the admins.";
      example = [
        "role:web"
        "db"
      ];
    };

    generator = lib.mkOption {
      type = types.nullOr (types.functionTo types.str);
      default = null;
      description = ''
        What makes its value, run on the deployer by `secrets generate` and `secrets rotate`: a function from `{ pkgs, ... }` to a Bash script
        that prints it. The script finds the secrets of `dependsOn` as files in the folder `$secrets`, all in memory, and writes the
        public half of a pair, if there is one, to the file `$public`.
      '';
      example = lib.literalExpression ''{ pkgs, ... }: "''${pkgs.openssl}/bin/openssl rand -hex 32"'';
    };

    prompt = lib.mkOption {
      type = types.nullOr types.singleLineStr;
      default = null;
      description = "What `secrets generate` asks a person for, where nothing generates it.";
      example = "API token of the DNS provider";
    };

    dependsOn = lib.mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Secrets whose values the generator reads. They are generated first.";
      example = [ "ca-key" ];
    };

    owner = lib.mkOption {
      type = types.strMatching "[A-Za-z0-9_][A-Za-z0-9_.-]*";
      default = "root";
      description = "User that owns the file on the node.";
      example = "postgres";
    };

    group = lib.mkOption {
      type = types.nullOr (types.strMatching "[A-Za-z0-9_][A-Za-z0-9_.-]*");
      default = null;
      description = "Group of the file on the node. Null is the login group of the owner.";
      example = "web";
    };

    mode = lib.mkOption {
      type = types.strMatching "0?[0-7]{3}";
      default = "0400";
      description = "Permissions of the file on the node.";
      example = "0440";
    };

    neededFor = lib.mkOption {
      type = types.enum [
        "services"
        "users"
      ];
      default = "services";
      description = ''
        Whether it has to be there for services, or before users are made, as for `users.users.<name>.hashedPasswordFile`: then it is root's,
        as there are no other users yet.
      '';
      example = "users";
    };

    restart = lib.mkOption {
      type = types.listOf (types.strMatching "[A-Za-z0-9:_.\\\\@-]+\\.service");
      default = [ ];
      description = ''
        Services of the nodes that are restarted when its value changed, after the new one is in place. They start after it at boot;
        where it is volatile, they start when it has arrived.
      '';
      example = [ "postgresql.service" ];
    };

    volatile = lib.mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether it is nowhere but in the memory of nodes: each deployment and `netlib run secrets` send it, and a restart of the node
        forgets it. It has no file beside the flake.
      '';
      example = true;
    };

    from = lib.mkOption {
      type = types.nullOr types.lines;
      default = null;
      description = "Shell script that prints a volatile secret on the deployer, run with `set -eu`.";
      example = "pass show shop/db-password";
    };

    packages = netlib.types.packages "pass" "Packages of the network's own nixpkgs whose programs `from` calls.";

    version = lib.mkOption {
      type = types.nullOr types.str;
      readOnly = true;
      description = "Which value it has, as `secrets` counts them, or null where there is none. It says nothing about the value itself.";
      example = "20261130T101500Z-3f9a61c2";
    };

    public = lib.mkOption {
      type = types.nullOr types.str;
      readOnly = true;
      description = "The public half of a generated pair, or null. The nodes that have the secret have it as the fact `secret-<name>` as well.";
      example = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
    };

    path = lib.mkOption {
      type = types.str;
      readOnly = true;
      description = "Where it is on the nodes; NixOS modules read the same as `config.netlib.secrets.<name>.path`.";
      example = "/run/netlib-secrets/services/db-password";
    };
  };

  config = {
    inherit (state) version public;
    path = pathOf config name;
  };
}
