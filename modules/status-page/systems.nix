# The example as NixOS systems: the same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  systemsOf =
    module:
    (subject.outputsOf {
      default = {
        imports = [
          modules.status-page
          modules.wireguard-mesh
          modules.monitoring
          modules.git-tracking
          ./example.nix
          module
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
        nodes = {
          db.facts.ssh-host-key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
          web.facts.ssh-host-key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPylIMtBoaYUT+T4vd+wVYWc0ziInFRRajC2UBf9z6U6";
          watch.facts.ssh-host-key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMNFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG";
          db.facts.wireguard-mesh-wg0 = "aDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
          web.facts.wireguard-mesh-wg0 = "wDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
          watch.facts.wireguard-mesh-wg0 = "cDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
          watch.facts.status-page-key = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        };
      };
    }).nixosConfigurations;
  systems = systemsOf { };
  configOf = name: systems.${name}.config;
  watch = configOf "watch";
  page = watch.services.nginx.virtualHosts.netlib-status-page;
  opened =
    config: lib.hasInfix "-s 10.10.0.0/24 --dport 8443" config.networking.firewall.extraCommands;
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) systems;
    expected = lib.genAttrs [ "db" "watch" "web" ] (_: true);
  };

  "every node says how it is, and only the server shows it" = {
    expr = lib.mapAttrs (_: system: {
      says = system.config.systemd.timers ? netlib-status-page-node;
      shows = system.config.systemd.services ? netlib-status-page;
    }) systems;
    expected = {
      db = {
        says = true;
        shows = false;
      };
      watch = {
        says = true;
        shows = true;
      };
      web = {
        says = true;
        shows = false;
      };
    };
  };

  "the page is for the members of the network" = {
    expr = {
      ports = builtins.elem 8443 watch.networking.firewall.allowedTCPPorts;
      opened = lib.mapAttrs (_: system: opened system.config) systems;
      denied =
        lib.hasInfix "allow 10.10.0.0/24;" page.extraConfig && lib.hasInfix "deny all;" page.extraConfig;
    };
    expected = {
      ports = false;
      opened = {
        db = false;
        watch = true;
        web = false;
      };
      denied = true;
    };
  };

  "everybody, where that is said" = {
    expr =
      let
        config = (systemsOf { status-page.public = true; }).watch.config;
      in
      {
        ports = builtins.elem 8443 config.networking.firewall.allowedTCPPorts;
        denied = lib.hasInfix "deny all;\nadd_header" config.services.nginx.virtualHosts.netlib-status-page.extraConfig;
      };
    expected = {
      ports = true;
      denied = false;
    };
  };

  "a login keeps people out, and no statement" = {
    expr =
      let
        hostOf =
          module:
          (systemsOf { status-page = module; })
          .watch.config.services.nginx.virtualHosts.netlib-status-page.locations;
        basic = hostOf { basicAuthFile = "/run/users"; };
        oidc = hostOf { oidc = "http://127.0.0.1:4180"; };
      in
      {
        basic = lib.hasInfix "auth_basic_user_file /run/users;" basic."/".extraConfig;
        static = lib.hasInfix "auth_basic_user_file /run/users;" basic."/static/".extraConfig;
        oidc = lib.hasInfix "auth_request /oauth2/auth;" oidc."/".extraConfig;
        delivered = lib.hasInfix "auth_request off;" oidc."= /statement".extraConfig;
      };
    expected = {
      basic = true;
      static = true;
      oidc = true;
      delivered = true;
    };
  };

  "with monitoring it asks the local Prometheus, and is read by the node exporter" = {
    expr =
      let
        config = (systemsOf { monitoring.main.servers = [ "watch" ]; }).watch.config;
        local = config.systemd.services.netlib-status-page.serviceConfig.RestrictAddressFamilies;
      in
      {
        without = watch.systemd.services.netlib-status-page.serviceConfig.RestrictAddressFamilies;
        "with" = local;
      };
    expected = {
      without = [ "AF_UNIX" ];
      "with" = [
        "AF_UNIX"
        "AF_INET"
        "AF_INET6"
      ];
    };
  };
}
