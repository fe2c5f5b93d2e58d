# Checks that run before a switch changes anything.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;

  # A subshell outside of any condition, so that `set -e` holds inside the check.
  check = name: text: ''
    set +e
    ( set -e
    ${text}
    ) >&2
    status=$?
    set -e
    if [ "$status" -ne 0 ]; then
      echo "Pre-switch check" ${lib.escapeShellArg name} "failed with status $status" >&2
      exit 1
    fi
  '';
  inhibitors = lib.concatStringsSep ",\n" (
    lib.mapAttrsToList (
      name: value: "  ${builtins.toJSON name}: ${builtins.toJSON value}"
    ) config.system.switch.inhibitors
  );
in
{
  config.system = {
    # A line for each name, as jq writes it.
    build.inhibitSwitch = pkgs.writeText "switch-inhibitors" "{\n${inhibitors}\n}\n";
    preSwitchChecks.switchInhibitors = ''
      case ''${2-} in boot | dry-activate) exit 0 ;; esac
      [ -f /run/current-system/switch-inhibitors ] || exit 0
      while IFS='"' read -r _ name _ was _; do
        now=$(sed -n "s/^  \"$name\": \"\(.*\)\",*\$/\1/p" "$1/switch-inhibitors")
        if [ -n "$name" ] && [ -n "$now" ] && [ "$now" != "$was" ]; then
          echo "There are changes to critical components of the system: $name : $was -> $now"
          exit 1
        fi
      done < /run/current-system/switch-inhibitors
    '';
  };

  options.system = {
    switch.inhibitors = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        dbus-implementation = "broker";
      };
      description = "Texts that prevent a switch to a system in which they are others.";
    };
    preSwitchChecks = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        enoughSpace = "test \"$(df --output=avail / | tail -n 1)\" -gt 100000";
      };
      description = "Scripts that must succeed before a switch; they get the new system and the action as arguments.";
    };
    preSwitchChecksScript = mkOption {
      type = types.pathInStore;
      internal = true;
      readOnly = true;
      default = "${pkgs.writeShellScript "pre-switch-checks" (
        "set -e\n" + lib.concatStrings (lib.mapAttrsToList check config.system.preSwitchChecks)
      )}";
      defaultText = lib.literalMD "the checks in one script";
      example = "/nix/store/…-pre-switch-checks";
      description = "The checks in one script.";
    };
  };
}
