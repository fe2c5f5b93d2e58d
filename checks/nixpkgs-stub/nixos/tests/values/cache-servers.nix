{
  configuration = {
    services.harmonia.cache = {
      enable = true;
      signKeyPaths = [ "/var/lib/key" ];
      settings.priority = 30;
    };
    services.nix-serve = {
      enable = true;
      port = 5001;
      openFirewall = true;
      secretKeyFile = "/var/lib/key";
    };
  };

  values =
    { config, lib, ... }:
    {
      inherit (config.services.harmonia.cache.settings) bind priority;
      inherit (config.services.nix-serve) bindAddress;
      units = lib.filter (name: config.systemd.services ? ${name}) [
        "harmonia"
        "nix-serve"
      ];
      open = config.networking.firewall.allowedTCPPorts;
    };

  expected = {
    bind = "[::]:5000";
    priority = 30;
    bindAddress = "0.0.0.0";
    units = [
      "harmonia"
      "nix-serve"
    ];
    open = [ 5001 ];
  };
}
