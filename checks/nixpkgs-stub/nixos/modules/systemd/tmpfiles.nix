# Files and directories that systemd-tmpfiles makes and cleans.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  rules = config.systemd.tmpfiles.rules;
in
{
  options.systemd.tmpfiles.rules = mkOption {
    type = types.listOf types.str;
    default = [ ];
    example = [ "d /var/lib/example 0755 root root -" ];
    description = "Rules, as in tmpfiles.d(5).";
  };

  config = lib.mkIf (rules != [ ]) {
    environment.etc."tmpfiles.d/00-nixos.conf".text = lib.concatLines rules;
    system.activationScripts.tmpfiles = {
      deps = [
        "etc"
        "users"
      ];
      text = ''
        stub_apply_tmpfiles /etc/tmpfiles.d/00-nixos.conf
      '';
    };
  };
}
