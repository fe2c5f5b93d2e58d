# The README's example as NixOS systems: the same on the stub and on a real nixpkgs.
{ subject }:
let
  inherit (subject) lib modules;
  outputsOf =
    module:
    subject.outputsOf {
      default = {
        imports = [
          modules.monitoring
          modules.wireguard-mesh
          ./example.nix
          module
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
        nodes.watch.facts.wireguard-mesh-wg0 = "aDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
        nodes.web.facts.wireguard-mesh-wg0 = "wDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
      };
    };
  outputs = outputsOf { };
  configOf = name: outputs.nixosConfigurations.${name}.config;
  watch = configOf "watch";
  inherit (watch.services) prometheus;
  rules = (builtins.fromJSON (builtins.head prometheus.rules)).groups;
  commands = name: (configOf name).networking.firewall.extraCommands;
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) outputs.nixosConfigurations;
    expected = lib.genAttrs [ "outside" "watch" "web" ] (_: true);
  };

  "each target is asked by the best way" = {
    expr = map (target: {
      inherit (target) labels targets;
    }) (builtins.head prometheus.scrapeConfigs).static_configs;
    expected = [
      {
        targets = [ "outside.example.org:9100" ];
        labels.node = "outside";
      }
      {
        targets = [ "localhost:9100" ];
        labels.node = "watch";
      }
      {
        targets = [ "10.10.0.2:9100" ];
        labels = {
          node = "web";
          network = "wireguard-mesh-wg0";
        };
      }
    ];
  };

  "only the server is let in, from where it comes" = {
    expr = {
      web = lib.hasInfix "iptables -w -A nixos-fw -i wg0 -p tcp -s 10.10.0.1 --dport 9100 -j nixos-fw-accept" (
        commands "web"
      );
      outside = lib.hasInfix "iptables -w -A nixos-fw -p tcp -s 192.0.2.10 --dport 9100 -j nixos-fw-accept" (
        commands "outside"
      );
      watch = lib.hasInfix "9100" (commands "watch");
      everybody = lib.concatMap (name: (configOf name).networking.firewall.allowedTCPPorts) [
        "outside"
        "watch"
        "web"
      ];
    };
    expected = {
      web = true;
      outside = true;
      watch = false;
      everybody = [ ];
    };
  };

  "a node that two instances ask has one exporter, which lets the servers of both in" =
    let
      inherit
        ((outputsOf {
          nodes.web.addresses = [ "192.0.2.20" ];
          monitoring.second.servers = [ "web" ];
        }).nixosConfigurations.outside
        )
        config
        ;
      exporter = config.services.prometheus.exporters.node;
      opened = source: "-p tcp -s ${source} --dport 9100 -j nixos-fw-accept";
    in
    {
      expr = {
        # Said twice, the exporter refuses to start.
        inherit (exporter) enabledCollectors extraFlags;
        isOneScript =
          config.systemd.services.netlib-system-metrics.script == builtins.readFile ./system-metrics.sh;
        opened = map (source: lib.hasInfix (opened source) config.networking.firewall.extraCommands) [
          "192.0.2.10"
          "192.0.2.20"
          "192.0.2.30"
        ];
      };
      expected = {
        enabledCollectors = [ "systemd" ];
        extraFlags = [ "--collector.textfile.directory=/run/netlib-monitoring" ];
        isOneScript = true;
        opened = [
          true
          true
          false
        ];
      };
    };

  "alerts for what goes wrong most" = {
    expr = {
      names = map (rule: rule.alert) (builtins.head rules).rules;
      full = lib.hasInfix "* 100 < 5" (builtins.elemAt (builtins.head rules).rules 1).expr;
      alertmanagers = map (manager: manager.static_configs) prometheus.alertmanagers;
    };
    expected = {
      names = [
        "NodeDown"
        "DiskFull"
        "UnitFailed"
        "OtherSystemAtBoot"
      ];
      full = true;
      alertmanagers = [ [ { targets = [ "localhost:9093" ]; } ] ];
    };
  };

  "Grafana is for localhost, its key and its first password in no store" = {
    expr = {
      inherit (watch.services.grafana.settings.server) http_addr;
      inherit (watch.services.grafana.settings.security) admin_password;
      key = watch.services.grafana.settings.security.secret_key;
      first = watch.systemd.services.netlib-grafana-secret.requiredBy;
      replaced = watch.systemd.services.netlib-grafana-password.wantedBy;
      web = (configOf "web").services.grafana.enable;
    };
    expected = {
      http_addr = "127.0.0.1";
      admin_password = "$__file{/var/lib/netlib-grafana/admin-password}";
      key = "$__file{/var/lib/netlib-grafana/secret-key}";
      first = [ "grafana.service" ];
      replaced = [ "multi-user.target" ];
      web = false;
    };
  };

  "Prometheus, which asks for no login, is for localhost unless it is said otherwise" = {
    expr = {
      default = prometheus.listenAddress;
      here = (builtins.head watch.services.grafana.provision.datasources.settings.datasources).url;
      said =
        (outputsOf { monitoring.main.listenAddress = "fd00::1"; })
        .nixosConfigurations.watch.config.services.prometheus.listenAddress;
    };
    expected = {
      default = "127.0.0.1";
      here = "http://127.0.0.1:9090";
      said = "[fd00::1]";
    };
  };

  "what listens on an address of a tunnel starts before the tunnel is there" =
    let
      early =
        module:
        (outputsOf module).nixosConfigurations.watch.config.boot.kernel.sysctl."net.ipv4.ip_nonlocal_bind"
          or 0;
    in
    {
      expr = {
        default = early { };
        prometheus = early { monitoring.main.listenAddress = "10.10.0.1"; };
        grafana = early { monitoring.main.grafana.listenAddress = "10.10.0.1"; };
        all = early { monitoring.main.grafana.listenAddress = "0.0.0.0"; };
      };
      expected = {
        default = 0;
        prometheus = 1;
        grafana = 1;
        all = 0;
      };
    };

  "Grafana on all addresses is exported so, and asked here by localhost; a watchdog is an alert like others" =
    {
      expr =
        let
          inherit
            ((outputsOf {
              monitoring.main = {
                grafana.listenAddress = "0.0.0.0";
                alerts.watchdog = true;
              };
            }).nixosConfigurations.watch
            )
            config
            ;
          group = builtins.head (builtins.fromJSON (builtins.head config.services.prometheus.rules)).groups;
        in
        {
          inherit (config.services.grafana.settings.server) http_addr;
          asked = config.systemd.services.netlib-grafana-password.environment.URL;
          watchdog = map (rule: rule.expr) (builtins.filter (rule: rule.alert == "Watchdog") group.rules);
        };
      expected = {
        http_addr = "0.0.0.0";
        asked = "http://localhost:3000";
        watchdog = [ "vector(1)" ];
      };
    };
}
