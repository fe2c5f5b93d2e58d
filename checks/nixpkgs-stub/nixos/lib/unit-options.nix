# Options of systemd units, with the names and types of the real NixOS.
{ lib }:
let
  inherit (lib) mkOption types;

  unitName = types.strMatching "[a-zA-Z0-9@%:_.\\\\-]+[.](service|socket|device|mount|automount|swap|target|path|timer|scope|slice)";

  # One value, or a list of them: a setting may be given several times.
  setting = lib.mkOptionType {
    name = "systemd option";
    merge =
      loc: definitions:
      if lib.any (definition: lib.isList definition.value) definitions then
        lib.concatMap (definition: lib.toList definition.value) definitions
      else
        lib.mergeEqualOption loc definitions;
  };

  names =
    description:
    mkOption {
      type = types.listOf unitName;
      default = [ ];
      example = [ "network.target" ];
      inherit description;
    };
  text =
    description:
    mkOption {
      type = types.lines;
      default = "";
      example = "echo hello";
      inherit description;
    };
  switch =
    default: description:
    mkOption {
      type = types.bool;
      inherit default description;
      example = !default;
    };
in
{
  inherit setting;

  install = {
    enable = switch true "Whether the unit exists; a disabled one is masked.";
    name = mkOption {
      type = types.str;
      example = "example.service";
      description = "Full name of the unit.";
    };
    overrideStrategy = mkOption {
      type = types.enum [
        "asDropinIfExists"
        "asDropin"
      ];
      default = "asDropinIfExists";
      example = "asDropin";
      description = "Whether the unit is a drop-in of one that the base system has, or always a drop-in.";
    };
    wantedBy = names "Units that start this one with them.";
    requiredBy = names "Units that need this one.";
    upheldBy = names "Units that keep this one running.";
    aliases = names "Further names of the unit.";
  };

  common = {
    description = mkOption {
      type = types.singleLineStr;
      default = "";
      example = "Example daemon";
      description = "What the unit is.";
    };
    documentation = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "man:example(8)" ];
      description = "Where to read about the unit.";
    };
    requires = names "Units this one needs.";
    wants = names "Units to start with this one.";
    upholds = names "Units to keep running with this one.";
    after = names "Units to wait for.";
    before = names "Units that wait for this one.";
    bindsTo = names "Units this one stops with.";
    partOf = names "Units this one restarts and stops with.";
    conflicts = names "Units that exclude this one.";
    requisite = names "Units that must run already.";
    onFailure = names "Units to start when this one fails.";
    onSuccess = names "Units to start when this one ends well.";
    unitConfig = mkOption {
      type = types.attrsOf setting;
      default = { };
      example = {
        ConditionPathExists = "/etc/example";
      };
      description = "Settings of the section [Unit].";
    };
    # Without default, as the real ones.
    startLimitBurst = mkOption {
      type = types.int;
      example = 5;
      description = "Starts allowed within the interval.";
    };
    startLimitIntervalSec = mkOption {
      type = types.int;
      example = 10;
      description = "The interval of the start limit, in seconds.";
    };
    restartTriggers = mkOption {
      type = types.listOf types.unspecified;
      default = [ ];
      example = lib.literalExpression ''[ config.environment.etc."example".source ]'';
      description = "Values whose change restarts the unit.";
    };
    reloadTriggers = mkOption {
      type = types.listOf setting;
      default = [ ];
      example = lib.literalExpression ''[ config.environment.etc."example".source ]'';
      description = "Values whose change reloads the unit.";
    };
  };

  service = {
    environment = mkOption {
      type = types.attrsOf (
        types.nullOr (
          types.oneOf [
            types.str
            types.path
            types.package
          ]
        )
      );
      default = { };
      example = {
        LANG = "C";
      };
      description = "Variables of the service.";
    };
    path = mkOption {
      type = types.listOf (types.either types.package types.str);
      default = [ ];
      example = lib.literalExpression "[ pkgs.git ]";
      description = "Packages whose programs are in the service's PATH.";
    };
    enableDefaultPath = switch true "Whether common programs are in the service's PATH.";
    serviceConfig = mkOption {
      type = types.attrsOf setting;
      default = { };
      example = {
        Restart = "always";
      };
      description = "Settings of the section [Service].";
    };
    script = text "Commands of the service.";
    scriptArgs = mkOption {
      type = types.str;
      default = "";
      example = "%i";
      description = "Arguments of `script`.";
    };
    preStart = text "Commands before the service starts.";
    postStart = text "Commands after the service started.";
    reload = text "Commands that reload the service.";
    preStop = text "Commands that stop the service.";
    postStop = text "Commands after the service stopped.";
    restartIfChanged = switch true "Whether a switch restarts the service when it changed.";
    reloadIfChanged = switch false "Whether a switch reloads the service when it changed, instead of a restart.";
    stopIfChanged = switch true "Whether a restart stops with the old unit before, and starts with the new one after activation.";
    notSocketActivated = switch false "Whether the service is restarted itself although it has a socket.";
    startAt = mkOption {
      type = types.either types.str (types.listOf types.str);
      default = [ ];
      example = "daily";
      apply = lib.toList;
      description = "Times at which a timer starts the service.";
    };
  };

  section =
    name:
    mkOption {
      type = types.attrsOf setting;
      default = { };
      example = { };
      description = "Settings of the section [${name}].";
    };
  addresses =
    kind:
    mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "/run/example.sock" ];
      description = "Addresses of ${kind} sockets to listen on.";
    };
}
