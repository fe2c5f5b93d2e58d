# sudo, and sudo-rs, for which the base system's sudo stands in: a file of rules beside the base system's own.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.security.sudo;
  rs = config.security.sudo-rs;

  commandOptions = {
    options = {
      command = mkOption {
        type = types.str;
        example = "/usr/bin/systemctl";
        description = "The command, or ALL.";
      };
      options = mkOption {
        type = types.listOf (
          types.enum [
            "NOPASSWD"
            "PASSWD"
            "NOEXEC"
            "EXEC"
            "SETENV"
            "NOSETENV"
            "LOG_INPUT"
            "NOLOG_INPUT"
            "LOG_OUTPUT"
            "NOLOG_OUTPUT"
            "MAIL"
            "NOMAIL"
            "FOLLOW"
            "NOFLLOW"
            "INTERCEPT"
            "NOINTERCEPT"
          ]
        );
        default = [ ];
        example = [ "NOPASSWD" ];
        description = "Tags of the command.";
      };
    };
  };

  ruleOptions = {
    options = {
      users = mkOption {
        type = types.listOf (types.either types.str types.int);
        default = [ ];
        example = [ "alice" ];
        description = "Users the rule is for.";
      };
      groups = mkOption {
        type = types.listOf (types.either types.str types.int);
        default = [ ];
        example = [ "wheel" ];
        description = "Groups the rule is for.";
      };
      host = mkOption {
        type = types.str;
        default = "ALL";
        example = "alpha";
        description = "The host the rule is for.";
      };
      runAs = mkOption {
        type = types.str;
        default = "ALL:ALL";
        example = "postgres";
        description = "As whom the commands may run.";
      };
      commands = mkOption {
        type = types.listOf (types.either types.str (types.submodule commandOptions));
        example = [ "ALL" ];
        description = "The commands the rule allows.";
      };
    };
  };

  showCommand =
    command:
    if lib.isString command then
      command
    else
      lib.concatMapStrings (tag: "${tag}:") command.options + " ${command.command}";
  showSubject =
    mark: subject: if lib.isInt subject then "${mark}#${toString subject}" else "${mark}${subject}";
  showRule =
    rule:
    lib.concatMapStrings (
      subject:
      "${subject} ${rule.host}=(${rule.runAs}) ${
        lib.concatMapStringsSep ", " showCommand rule.commands
      }\n"
    ) (map (showSubject "") rule.users ++ map (showSubject "%") rule.groups);
in
{
  options.security.sudo = {
    enable = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether to write rules for sudo.";
    };
    wheelNeedsPassword = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether members of the group wheel must give their password.";
    };
    extraRules = mkOption {
      type = types.listOf (types.submodule ruleOptions);
      default = [ ];
      example = [
        {
          users = [ "alice" ];
          commands = [ "ALL" ];
        }
      ];
      description = "Rules to add.";
    };
    extraConfig = mkOption {
      type = types.lines;
      default = "";
      example = "Defaults lecture=never";
      description = "Text to add after the rules.";
    };
  };

  options.security.sudo-rs = {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether sudo-rs takes the place of sudo.";
    };
    extraRules = mkOption {
      type = types.listOf (types.submodule ruleOptions);
      default = [ ];
      example = [
        {
          users = [ "alice" ];
          commands = [ "ALL" ];
        }
      ];
      description = "Rules to add.";
    };
  };

  config = lib.mkMerge [
    (lib.mkIf rs.enable {
      assertions = [
        {
          assertion = !cfg.enable;
          message = "`security.sudo` and `security.sudo-rs` cannot both be enabled";
        }
      ];
      security.sudo.enable = lib.mkDefault false;
      environment.etc."sudoers.d/netlib-stub" = {
        mode = "0440";
        text = lib.concatMapStrings showRule rs.extraRules;
      };
    })
    (lib.mkIf cfg.enable {
      security.sudo.extraRules = lib.mkBefore [
        {
          groups = [ "wheel" ];
          commands = [
            {
              command = "ALL";
              options =
                if cfg.wheelNeedsPassword then
                  [ "SETENV" ]
                else
                  [
                    "NOPASSWD"
                    "SETENV"
                  ];
            }
          ];
        }
      ];
      environment.etc."sudoers.d/netlib-stub" = {
        mode = "0440";
        text = lib.concatMapStrings showRule cfg.extraRules + cfg.extraConfig;
      };
    })
  ];
}
