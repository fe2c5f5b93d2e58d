# Host name, domain and resolver.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.networking;
in
{
  options.networking = {
    hostName = mkOption {
      type = types.strMatching "^$|^[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?$";
      default = config.system.nixos.distroId;
      defaultText = lib.literalExpression "config.system.nixos.distroId";
      example = "alpha";
      description = "The name of the machine; empty to leave the base system's.";
    };
    domain = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "example.org";
      description = "The domain of the machine.";
    };
    fqdn = mkOption {
      type = types.str;
      default =
        if cfg.hostName != "" && cfg.domain != null then
          "${cfg.hostName}.${cfg.domain}"
        else
          throw "networking.fqdn: set networking.hostName and networking.domain.";
      defaultText = lib.literalExpression ''"''${networking.hostName}.''${networking.domain}"'';
      example = "alpha.example.org";
      description = "The full name of the machine.";
    };
    fqdnOrHostName = mkOption {
      type = types.str;
      readOnly = true;
      default = if cfg.domain == null then cfg.hostName else cfg.fqdn;
      defaultText = lib.literalMD "the full name, else the host name";
      example = "alpha.example.org";
      description = "The full name where there is a domain, the host name otherwise.";
    };
    hostId = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "4e98920d";
      description = "The 32-bit id of the machine; accepted without effect.";
    };
    enableIPv6 = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether IPv6 is used; accepted without effect.";
    };
    useNetworkd = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether networkd configures the network; the base system's network stays as it is.";
    };
    useDHCP = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether interfaces use DHCP; the base system's network stays as it is.";
    };
    dhcpcd.enable = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether dhcpcd runs; accepted without effect.";
    };
    usePredictableInterfaceNames = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether interfaces are named by hardware; accepted without effect.";
    };
    nameservers = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "192.0.2.53" ];
      description = "Name servers; when there are any, /etc/resolv.conf is written.";
    };
    search = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "example.org" ];
      description = "Domains in which short names are looked up.";
    };
  };

  config = {
    environment.etc = lib.mkMerge [
      (lib.mkIf (cfg.hostName != "") { hostname.text = cfg.hostName + "\n"; })
      (lib.mkIf (cfg.nameservers != [ ]) {
        "resolv.conf" = {
          mode = "0644";
          text =
            lib.optionalString (cfg.search != [ ]) "search ${lib.concatStringsSep " " cfg.search}\n"
            + lib.concatMapStrings (server: "nameserver ${server}\n") cfg.nameservers;
        };
      })
    ];

    system.activationScripts.hostname = lib.mkIf (cfg.hostName != "") ''
      stub_set_hostname ${lib.escapeShellArg cfg.hostName}
    '';
  };
}
