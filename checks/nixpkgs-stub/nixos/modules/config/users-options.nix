# The options of users and groups.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;

  nullOrText =
    example: description:
    mkOption {
      type = types.nullOr types.str;
      default = null;
      inherit example description;
    };

  userOptions =
    { name, config, ... }:
    {
      options = {
        enable = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether the account exists.";
        };
        name = mkOption {
          type = types.passwdEntry types.str;
          default = name;
          defaultText = lib.literalMD "the name of the attribute";
          example = "alice";
          description = "Name of the account.";
        };
        description = mkOption {
          type = types.passwdEntry types.str;
          default = "";
          example = "Alice Q. User";
          description = "Full name of the user.";
        };
        uid = mkOption {
          type = types.nullOr types.int;
          default = null;
          example = 1000;
          description = "Number of the account; null lets the host pick one.";
        };
        isSystemUser = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = "Whether the account is a service's.";
        };
        isNormalUser = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = "Whether the account is a person's: a home directory, a shell and the group users.";
        };
        group = mkOption {
          type = types.str;
          default = "";
          example = "users";
          description = "Primary group.";
        };
        extraGroups = mkOption {
          type = types.listOf types.str;
          default = [ ];
          example = [ "wheel" ];
          description = "Further groups.";
        };
        home = mkOption {
          type = types.passwdEntry types.path;
          default = "/var/empty";
          example = "/home/alice";
          description = "Home directory.";
        };
        homeMode = mkOption {
          type = types.strMatching "[0-7]{1,5}";
          default = "700";
          example = "755";
          description = "Mode of the home directory when it is made.";
        };
        createHome = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = "Whether to make the home directory.";
        };
        useDefaultShell = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = "Whether the shell is `users.defaultUserShell`.";
        };
        shell = mkOption {
          type = types.nullOr (types.either types.shellPackage (types.passwdEntry types.path));
          default = null;
          example = "/bin/bash";
          description = "Login shell; null allows no login.";
        };
        hashedPassword = mkOption {
          type = types.nullOr (types.passwdEntry types.str);
          default = null;
          example = "!";
          description = "Hash of the password.";
        };
        hashedPasswordFile = nullOrText "/var/lib/secrets/alice" "File on the host with the hash of the password.";
        initialHashedPassword = mkOption {
          type = types.nullOr (types.passwdEntry types.str);
          default = null;
          example = "!";
          description = "Hash of the password when the account is made.";
        };
        linger = mkOption {
          type = types.nullOr types.bool;
          default = null;
          example = true;
          description = "Whether services of the user run without a login; accepted without effect.";
        };
        packages = mkOption {
          type = types.listOf types.package;
          default = [ ];
          example = lib.literalExpression "[ pkgs.git ]";
          description = "Packages of the user; here they join the system's.";
        };
        openssh.authorizedPrincipals = mkOption {
          type = types.listOf types.singleLineStr;
          default = [ ];
          example = [ "alice@example.org" ];
          description = "Names in SSH certificates that may log in.";
        };
        openssh.authorizedKeys = {
          keys = mkOption {
            type = types.listOf types.singleLineStr;
            default = [ ];
            example = [ "ssh-ed25519 AAAA… alice" ];
            description = "SSH keys that may log in.";
          };
          keyFiles = mkOption {
            type = types.listOf types.path;
            default = [ ];
            example = lib.literalExpression "[ ./alice.pub ]";
            description = "Files of SSH keys that may log in.";
          };
        };
      };

      config = lib.mkMerge [
        (lib.mkIf config.isNormalUser {
          group = lib.mkDefault "users";
          createHome = lib.mkDefault true;
          home = lib.mkDefault "/home/${config.name}";
          homeMode = lib.mkDefault "700";
          useDefaultShell = lib.mkDefault true;
          isSystemUser = lib.mkDefault false;
        })
        (lib.mkIf config.useDefaultShell { shell = lib.mkDefault defaultShell; })
      ];
    };

  defaultShell = config.users.defaultUserShell;

  groupOptions =
    { name, ... }:
    {
      options = {
        name = mkOption {
          type = types.passwdEntry types.str;
          default = name;
          defaultText = lib.literalMD "the name of the attribute";
          example = "wheel";
          description = "Name of the group.";
        };
        gid = mkOption {
          type = types.nullOr types.int;
          default = null;
          example = 100;
          description = "Number of the group; null lets the host pick one.";
        };
        members = mkOption {
          type = types.listOf (types.passwdEntry types.str);
          default = [ ];
          example = [ "alice" ];
          description = "Accounts in the group, beside those that name it.";
        };
      };
    };
in
{
  options.users = {
    users = mkOption {
      type = types.attrsOf (types.submodule userOptions);
      default = { };
      example = {
        alice.isNormalUser = true;
      };
      description = "User accounts.";
    };
    groups = mkOption {
      type = types.attrsOf (types.submodule groupOptions);
      default = { };
      example = {
        students.gid = 1500;
      };
      description = "Groups.";
    };
    mutableUsers = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether accounts made by hand stay; here they always do.";
    };
    defaultUserShell = mkOption {
      type = types.either types.path types.shellPackage;
      default = "/bin/bash";
      example = "/bin/sh";
      description = "Shell of people's accounts.";
    };
  };

  config.environment.systemPackages = lib.concatMap (user: user.packages) (
    lib.attrValues config.users.users
  );
}
