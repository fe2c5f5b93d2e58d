{
  configuration =
    {
      pkgs,
      lib,
      modulesPath,
      utils,
      ...
    }:
    {
      imports = [ (modulesPath + "/installer/scan/not-detected.nix") ];
      networking.hostName = "alpha";
      networking.domain = "example.org";
      networking.hosts."192.0.2.7" = [ "seven" ];
      environment.etc = {
        "a/text".text = lib.mkForce "forced";
        "a/source".source = ./system.nix;
        "a/copy" = {
          text = "copied";
          mode = "0600";
          user = "alice";
        };
        "a/off" = {
          enable = false;
          text = "";
        };
        "a/elsewhere" = {
          target = "b/here";
          text = "moved";
        };
      };
      environment.variables.EDITOR = "vi";
      environment.etc."escaped".text = utils.escapeSystemdPath "/var/lib/my-data";
      boot.kernel.sysctl = {
        "net.ipv4.ip_forward" = 1;
        "vm.swappiness" = lib.mkDefault 10;
      };
      boot.kernelModules = [ "tun" ];
      time.timeZone = "Europe/Berlin";
      system.activationScripts.mine = {
        deps = [ "etc" ];
        text = "echo mine";
      };
      system.preSwitchChecks.mine = "true";
      nix.settings = {
        cores = 2;
        trusted-users = [ "alice" ];
      };
    };

  values =
    { config, lib, ... }:
    let
      etc = config.environment.etc;
    in
    {
      fqdn = config.networking.fqdn;
      hosts = config.networking.hosts;
      systemName = config.system.name;
      text = etc."a/text".text;
      textMode = etc."a/text".mode;
      sourceName = baseNameOf etc."a/source".source;
      copy = lib.getAttrs [
        "mode"
        "user"
        "group"
      ] etc."a/copy";
      off = etc."a/off".enable;
      elsewhere = etc."a/elsewhere".target;
      escaped = etc."escaped".text;
      editor = config.environment.variables.EDITOR;
      forward = config.boot.kernel.sysctl."net.ipv4.ip_forward";
      swappiness = config.boot.kernel.sysctl."vm.swappiness";
      module = lib.elem "tun" config.boot.kernelModules;
      zone = config.time.timeZone;
      check = config.system.preSwitchChecks.mine;
      cores = config.nix.settings.cores;
      trusted = lib.elem "alice" config.nix.settings.trusted-users;
      script = config.system.activationScripts.mine.deps;
      platform = config.nixpkgs.hostPlatform.system == builtins.currentSystem;
      firmware = config.hardware.enableRedistributableFirmware;
    };

  expected = {
    fqdn = "alpha.example.org";
    hosts = {
      "127.0.0.2" = [
        "alpha.example.org"
        "alpha"
      ];
      "192.0.2.7" = [ "seven" ];
    };
    systemName = "alpha";
    text = "forced";
    textMode = "symlink";
    sourceName = "system.nix";
    copy = {
      mode = "0600";
      user = "alice";
      group = "+0";
    };
    off = false;
    elsewhere = "b/here";
    escaped = "var-lib-my\\x2ddata";
    editor = "vi";
    forward = 1;
    swappiness = 10;
    module = true;
    zone = "Europe/Berlin";
    check = "true";
    cores = 2;
    trusted = true;
    script = [ "etc" ];
    platform = true;
    firmware = true;
  };
}
