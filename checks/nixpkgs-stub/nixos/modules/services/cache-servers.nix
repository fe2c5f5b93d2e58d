# Programs that serve the Nix store over HTTP: both are one small server here, which the host's own Nix answers for.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  harmonia = config.services.harmonia;
  serve = config.services.nix-serve;

  switch =
    what:
    mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether to enable ${what}.";
    };
  package =
    name:
    mkOption {
      type = types.package;
      default = pkgs.${name};
      defaultText = lib.literalExpression "pkgs.${name}";
      example = lib.literalExpression "pkgs.${name}";
      description = "The package with the server.";
    };

  service = description: arguments: key: {
    inherit description;
    wantedBy = [ "multi-user.target" ];
    environment = lib.optionalAttrs (key != null) { NIX_SECRET_KEY_FILE = key; };
    serviceConfig = {
      ExecStart = lib.concatStringsSep " " arguments;
      Restart = "always";
      RestartSec = "5s";
    };
  };
in
{
  options.services.harmonia = {
    package = package "harmonia";
    cache = {
      enable = switch "harmonia";
      signKeyPaths = mkOption {
        type = types.listOf types.path;
        default = [ ];
        example = [ "/var/lib/secrets/cache-key" ];
        description = "Files with keys to sign with; the first one signs.";
      };
      settings = mkOption {
        type = types.attrsOf types.raw;
        default = { };
        example = {
          bind = "[::]:5000";
        };
        description = "Settings: `bind` and `priority` have an effect.";
      };
    };
  };

  options.services.nix-serve = {
    enable = switch "nix-serve";
    package = package "nix-serve";
    port = mkOption {
      type = types.port;
      default = 5000;
      example = 8501;
      description = "Port to listen on.";
    };
    bindAddress = mkOption {
      type = types.str;
      default = "0.0.0.0";
      example = "127.0.0.1";
      description = "Address to listen on.";
    };
    openFirewall = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether to open the port.";
    };
    secretKeyFile = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "/var/lib/secrets/cache-key";
      description = "File with the key to sign with.";
    };
  };

  config = lib.mkMerge [
    (lib.mkIf harmonia.cache.enable {
      services.harmonia.cache.settings = {
        bind = lib.mkDefault "[::]:5000";
        priority = lib.mkDefault 50;
      };
      systemd.services.harmonia = service "harmonia binary cache service" [
        (lib.getExe harmonia.package)
        "--listen"
        harmonia.cache.settings.bind
        "--priority"
        (toString harmonia.cache.settings.priority)
      ] (if harmonia.cache.signKeyPaths == [ ] then null else lib.head harmonia.cache.signKeyPaths);
    })
    (lib.mkIf serve.enable {
      systemd.services.nix-serve = service "nix-serve binary cache server" [
        "${serve.package}/bin/nix-serve"
        "--listen"
        "${serve.bindAddress}:${toString serve.port}"
      ] serve.secretKeyFile;
      networking.firewall.allowedTCPPorts = lib.mkIf serve.openFirewall [ serve.port ];
    })
  ];
}
