# Files below /etc: the option of the real NixOS, a tree of links, and the list that activation works from.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;

  fileOptions =
    { name, config, ... }:
    {
      options = {
        enable = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether to place this file.";
        };
        target = mkOption {
          type = types.str;
          default = name;
          defaultText = lib.literalMD "the name of the attribute";
          example = "ssh/ssh_known_hosts";
          description = "Path of the file below /etc.";
        };
        text = mkOption {
          type = types.nullOr types.lines;
          default = null;
          example = "hello";
          description = "Content of the file.";
        };
        source = mkOption {
          type = types.path;
          example = lib.literalExpression "./motd";
          description = "The file or directory to place.";
        };
        mode = mkOption {
          type = types.str;
          default = "symlink";
          example = "0600";
          description = "`symlink`, `direct-symlink`, or the mode of a copy.";
        };
        uid = mkOption {
          type = types.int;
          default = 0;
          example = 1000;
          description = "Owner of a copy, as a number.";
        };
        gid = mkOption {
          type = types.int;
          default = 0;
          example = 100;
          description = "Group of a copy, as a number.";
        };
        user = mkOption {
          type = types.str;
          default = "+${toString config.uid}";
          defaultText = lib.literalMD "`+uid`";
          example = "alice";
          description = "Owner of a copy.";
        };
        group = mkOption {
          type = types.str;
          default = "+${toString config.gid}";
          defaultText = lib.literalMD "`+gid`";
          example = "users";
          description = "Group of a copy.";
        };
      };
      # At the priority of the text, so that a forced text replaces a source.
      config.source = lib.mkIf (config.text != null) (
        lib.mkDefault (pkgs.writeText "etc-${lib.replaceStrings [ "/" ] [ "-" ] name}" config.text)
      );
    };

  files = lib.filter (file: file.enable) (lib.attrValues config.environment.etc);

  line =
    file:
    lib.concatStringsSep "\t" [
      file.mode
      file.user
      file.group
      file.target
      "${file.source}"
    ];

  etc = pkgs.runCommand "etc" {
    list = lib.concatMapStrings (file: line file + "\n") files;
    passAsFile = [ "list" ];
  } "bash ${../../activation/build-etc.sh} \"$listPath\"";
in
{
  options = {
    environment.etc = mkOption {
      type = types.attrsOf (types.submodule fileOptions);
      default = { };
      example = {
        motd.text = "hello";
      };
      description = "Files to place below /etc.";
    };
  };

  config = {
    system.build.etc = etc;
    system.activationScripts.etc = {
      deps = [
        "users"
        "groups"
        # On NixOS they lie in /etc: what comes after it finds them.
        "units"
      ];
      supportsDryActivation = true;
      text = ''
        stub_place_etc "$systemConfig"
      '';
    };
  };
}
