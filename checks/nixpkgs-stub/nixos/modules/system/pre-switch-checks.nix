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
in
{
  options.system = {
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
