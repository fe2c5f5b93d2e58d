# NSD, an authoritative name server: its zones are only written down.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.services.nsd;

  zone = types.submodule {
    options.data = mkOption {
      type = types.lines;
      default = "";
      example = "@ IN NS alpha";
      description = "Content of the zone file.";
    };
  };
in
{
  options.services.nsd = {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether to run the name server.";
    };
    interfaces = mkOption {
      type = types.listOf types.str;
      default = [
        "127.0.0.0"
        "::1"
      ];
      example = [ "192.0.2.1" ];
      description = "Addresses that it listens on.";
    };
    ipTransparent = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether it may listen on addresses that are not there yet.";
    };
    zones = mkOption {
      type = types.attrsOf zone;
      default = { };
      example = { };
      description = "Zones by name.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.etc = lib.mapAttrs' (
      name: value: lib.nameValuePair "netlib-stub/nsd/${name}" { text = value.data; }
    ) cfg.zones;
  };
}
