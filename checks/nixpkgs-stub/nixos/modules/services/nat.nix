# Network address translation: forwarding is switched on, the translation is only recorded.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.networking.nat;
  names =
    example: description:
    mkOption {
      type = types.listOf types.str;
      default = [ ];
      inherit example description;
    };
in
{
  options.networking.nat = {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether to translate addresses.";
    };
    enableIPv6 = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether to translate IPv6 addresses.";
    };
    externalInterface = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "eth0";
      description = "The interface towards the outside.";
    };
    internalInterfaces = names [ "wg0" ] "Interfaces whose traffic is translated.";
    internalIPs = names [ "10.0.0.0/24" ] "Networks whose traffic is translated.";
    internalIPv6s = names [ "fd00::/64" ] "IPv6 networks whose traffic is translated.";
  };

  config = lib.mkIf cfg.enable {
    boot.kernel.sysctl = {
      "net.ipv4.conf.all.forwarding" = lib.mkOverride 99 true;
      "net.ipv4.conf.default.forwarding" = lib.mkOverride 99 true;
    }
    // lib.optionalAttrs cfg.enableIPv6 {
      "net.ipv6.conf.all.forwarding" = lib.mkOverride 99 true;
      "net.ipv6.conf.default.forwarding" = lib.mkOverride 99 true;
    };
    environment.etc."netlib-stub/nat".text = lib.concatLines (
      map (interface: "interface ${interface}") cfg.internalInterfaces
      ++ map (network: "network ${network}") (cfg.internalIPs ++ cfg.internalIPv6s)
      ++ lib.optional (cfg.externalInterface != null) "external ${cfg.externalInterface}"
    );
  };
}
