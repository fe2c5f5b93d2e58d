# What a monitoring server gets: Prometheus with its targets and rules, and Grafana where it is wanted.
{ lib, netlib }:
{
  instance,
  settings,
  server,
  # URL of the server's own Prometheus.
  source,
  # Where Grafana is on the server itself: host:port.
  own,
}:
let
  job = "node-${instance}";
  inherit (import ../shared/early-bind.nix { inherit lib; }) bindEarly;

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

  rules = import ./rules.nix { inherit lib netlib; } { inherit instance job settings; };

  prometheus.services.prometheus = {
    enable = true;
    inherit (settings) port;
    listenAddress =
      if netlib.ip.isIpv6 settings.listenAddress then
        "[${settings.listenAddress}]"
      else
        settings.listenAddress;
    retentionTime = netlib.showDuration settings.retention;
    globalConfig = {
      scrape_interval = netlib.showDuration settings.interval;
      evaluation_interval = netlib.showDuration settings.interval;
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

  grafana = import ./grafana.nix { inherit lib; } {
    inherit (settings.grafana) adminPasswordFile port listenAddress;
    inherit source own;
  };
in
{
  imports = [
    prometheus
    (bindEarly (
      [ settings.listenAddress ] ++ lib.optional (settings.grafana != null) settings.grafana.listenAddress
    ))
  ]
  ++ lib.optional (settings.grafana != null) grafana;
}
