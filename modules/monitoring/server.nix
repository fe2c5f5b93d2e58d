# What a monitoring server gets: Prometheus with its targets and rules, and Grafana where it is wanted.
{ lib, netlib }:
{
  instance,
  settings,
  server,
}:
let
  job = "node-${instance}";

  targetOf =
    target:
    let
      path = netlib.pathTo {
        from = server;
        to = target;
        option = [
          "monitoring"
          instance
        ];
      };
    in
    {
      targets = [ (netlib.ip.joinHostPort path.address settings.exporterPort) ];
      labels = {
        node = target;
      }
      // lib.optionalAttrs (path.network != null) { inherit (path) network; };
    };

  rules = import ./rules.nix { inherit lib; } { inherit instance job settings; };

  prometheus.services.prometheus = {
    enable = true;
    inherit (settings) port;
    retentionTime = settings.retention;
    globalConfig = {
      scrape_interval = settings.interval;
      evaluation_interval = settings.interval;
    };
    scrapeConfigs = [
      {
        job_name = job;
        static_configs = map targetOf settings.targets;
      }
    ];
    rules = [ (builtins.toJSON { groups = [ rules ] ++ settings.rules; }) ];
    alertmanagers = lib.optional (settings.alertmanagers != [ ]) {
      static_configs = [ { targets = settings.alertmanagers; } ];
    };
  };

  # Not below /var/lib/netlib, which is nobody's but root's.
  secretDirectory = "/var/lib/netlib-grafana";
  secretFile = "${secretDirectory}/secret-key";
  grafana =
    { pkgs, ... }:
    {
      services.grafana = {
        enable = true;
        settings.server = {
          http_addr = "127.0.0.1";
          http_port = settings.grafana.port;
        };
        # Made on the server, so that it is in no store.
        settings.security.secret_key = "$__file{${secretFile}}";
        provision = {
          enable = true;
          datasources.settings.datasources = [
            {
              name = "Prometheus";
              type = "prometheus";
              url = "http://localhost:${toString settings.port}";
              isDefault = true;
            }
          ];
        };
      };

      systemd.services.netlib-grafana-secret = {
        description = "Makes Grafana's secret key";
        requiredBy = [ "grafana.service" ];
        before = [ "grafana.service" ];
        path = [ pkgs.coreutils ];
        script = ''
          umask 077
          [ ! -s ${secretFile} ] || exit 0
          head -c 32 /dev/urandom | base64 -w 0 > ${secretFile}.new
          chown grafana ${secretFile}.new
          mv ${secretFile}.new ${secretFile}
        '';
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
          StateDirectory = baseNameOf secretDirectory;
          StateDirectoryMode = "0711";
        };
      };
    };
in
{
  imports = [ prometheus ] ++ lib.optional (settings.grafana != null) grafana;
}
