# Prometheus and its node exporter: the base system's programs; Grafana: recorded in /etc/netlib-stub/, not run.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  prometheus = config.services.prometheus;
  grafana = config.services.grafana;

  switch =
    description:
    mkOption {
      type = types.bool;
      default = false;
      example = true;
      inherit description;
    };
  text =
    default: description:
    mkOption {
      type = types.str;
      inherit default description;
      example = "127.0.0.1";
    };
  port =
    default: description:
    mkOption {
      type = types.port;
      inherit default description;
      example = default + 1;
    };
  strings =
    description:
    mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "systemd" ];
      inherit description;
    };
  nullable =
    example: description:
    mkOption {
      type = types.nullOr types.str;
      default = null;
      inherit example description;
    };

  staticConfig.options = {
    targets = mkOption {
      type = types.listOf types.str;
      example = [ "localhost:9100" ];
      description = "What is asked, as host:port.";
    };
    labels = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        node = "alpha";
      };
      description = "Labels of all that comes from there.";
    };
  };

  scrapeConfig.options = {
    job_name = mkOption {
      type = types.str;
      example = "node";
      description = "Name of the job.";
    };
    static_configs = mkOption {
      type = types.nullOr (types.listOf (types.submodule staticConfig));
      default = null;
      example = [ { targets = [ "localhost:9100" ]; } ];
      description = "Targets that are known beforehand.";
    };
  };
  nodeExporter.options = {
    enable = switch "Whether the node exporter runs.";
    port = port 9100 "TCP port of the node exporter.";
    listenAddress = text "0.0.0.0" "Address that the node exporter listens on.";
    openFirewall = switch "Whether everybody may ask.";
    enabledCollectors = strings "Further collectors.";
    extraFlags = strings "Further arguments.";
  };

  grafanaSettings = {
    freeformType = types.attrsOf (types.attrsOf types.anything);
    options = {
      server = {
        http_addr = text "127.0.0.1" "Address that Grafana listens on.";
        http_port = port 3000 "TCP port of Grafana.";
      };
      security.secret_key = nullable "$__file{/var/lib/secret}" "Key that signs, from a file.";
    };
  };

  source = {
    freeformType = types.attrsOf types.anything;
  };
  datasources = mkOption {
    type = types.nullOr (
      types.submodule {
        options.datasources = mkOption {
          type = types.listOf (types.submodule source);
          default = [ ];
          example = [
            {
              name = "Prometheus";
              type = "prometheus";
            }
          ];
          description = "Sources of data.";
        };
      }
    );
    default = null;
    example = {
      datasources = [ ];
    };
    description = "The file of sources.";
  };
  exporter = prometheus.exporters.node;

  # What is not said is Prometheus' business.
  said = lib.filterAttrsRecursive (_: value: value != null);
  # JSON is YAML.
  configuration = pkgs.writeText "prometheus.yml" (
    builtins.toJSON {
      global = said prometheus.globalConfig;
      scrape_configs = map said prometheus.scrapeConfigs;
      rule_files = lib.imap0 (
        index: text: "${pkgs.writeText "rules-${toString index}.yml" text}"
      ) prometheus.rules;
      alerting = { inherit (prometheus) alertmanagers; };
    }
  );

  # An empty value first: the base system's own is taken back.
  running = commands: {
    wantedBy = [ "multi-user.target" ];
    after = [ "network.target" ];
    serviceConfig.ExecStart = [
      ""
      (lib.concatStringsSep " " commands)
    ];
  };
  serverUnit =
    lib.recursiveUpdate
      (running [
        "${pkgs.prometheus}/bin/prometheus"
        "--config.file=${configuration}"
        "--web.listen-address=${prometheus.listenAddress}:${toString prometheus.port}"
        "--storage.tsdb.path=/var/lib/prometheus2/data"
        (lib.optionalString (
          prometheus.retentionTime != null
        ) "--storage.tsdb.retention.time=${prometheus.retentionTime}")
      ])
      {
        description = "Prometheus";
        serviceConfig = {
          ExecStartPre = "${pkgs.prometheus}/bin/promtool check config ${configuration}";
          StateDirectory = "prometheus2";
        };
      };
  exporterUnit =
    running (
      [ "${pkgs.prometheus-node-exporter}/bin/prometheus-node-exporter" ]
      ++ map (collector: "--collector.${collector}") exporter.enabledCollectors
      ++ [ "--web.listen-address=${exporter.listenAddress}:${toString exporter.port}" ]
      ++ exporter.extraFlags
    )
    // {
      description = "Prometheus node exporter";
    };
in
{
  options.services = {
    prometheus = {
      enable = switch "Whether Prometheus runs.";
      port = port 9090 "TCP port of Prometheus.";
      listenAddress = text "0.0.0.0" "Address that Prometheus listens on.";
      retentionTime = nullable "15d" "How long measurements are kept.";
      globalConfig = mkOption {
        type = types.submodule {
          options = {
            scrape_interval = nullable "1m" "Time between two looks at a target.";
            evaluation_interval = nullable "1m" "Time between two looks at the rules.";
          };
        };
        default = { };
        example = {
          scrape_interval = "1m";
        };
        description = "Settings of all jobs.";
      };
      scrapeConfigs = mkOption {
        type = types.listOf (types.submodule scrapeConfig);
        default = [ ];
        example = [ { job_name = "node"; } ];
        description = "What is asked.";
      };
      rules = strings "Rule files' contents.";
      alertmanagers = mkOption {
        type = types.listOf types.attrs;
        default = [ ];
        example = [ { static_configs = [ { targets = [ "localhost:9093" ]; } ]; } ];
        description = "Where alerts go.";
      };
      exporters = mkOption {
        type = types.submodule {
          options.node = mkOption {
            type = types.submodule nodeExporter;
            default = { };
            example = {
              enable = true;
            };
            description = "The exporter of what the machine says of itself.";
          };
        };
        default = { };
        example = {
          node.enable = true;
        };
        description = "Exporters by name.";
      };
    };

    grafana = {
      enable = switch "Whether Grafana runs.";
      settings = mkOption {
        type = types.submodule grafanaSettings;
        default = { };
        example = {
          server.http_port = 3001;
        };
        description = "Grafana's settings.";
      };
      provision = {
        enable = switch "Whether Grafana is provisioned.";
        datasources = mkOption {
          type = types.submodule { options.settings = datasources; };
          default = { };
          example = { };
          description = "Provisioned sources of data.";
        };
      };
    };
  };

  config = lib.mkMerge [
    (lib.mkIf prometheus.enable { systemd.services.prometheus = serverUnit; })
    (lib.mkIf exporter.enable { systemd.services.prometheus-node-exporter = exporterUnit; })
    (lib.mkIf grafana.enable {
      environment.etc."netlib-stub/grafana.json".text = builtins.toJSON grafana.settings;
    })
  ];
}
