# Kernel parameters at run time.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;

  value = lib.mkOptionType {
    name = "sysctl option value";
    check = value: lib.isBool value || lib.isString value || lib.isInt value || value == null;
    merge = loc: definitions: lib.mergeOneOption loc (lib.filterOverrides definitions);
  };

  settings = lib.filterAttrs (_: setting: setting != null) config.boot.kernel.sysctl;
  show = setting: if setting == false then "0" else toString setting;
in
{
  options.boot.kernel.sysctl = mkOption {
    type = types.submodule { freeformType = types.attrsOf value; };
    default = { };
    example = {
      "net.ipv4.ip_forward" = 1;
    };
    description = "Kernel parameters; `null` leaves one alone.";
  };

  config = lib.mkIf (settings != { }) {
    environment.etc."sysctl.d/60-nixos.conf".text = lib.concatStrings (
      lib.mapAttrsToList (name: setting: "${name}=${show setting}\n") settings
    );
    system.activationScripts.sysctl = {
      deps = [ "etc" ];
      text = ''
        stub_apply_sysctl /etc/sysctl.d/60-nixos.conf
      '';
    };
  };
}
