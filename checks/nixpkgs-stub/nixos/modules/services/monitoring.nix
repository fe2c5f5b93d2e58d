# Prometheus, its node exporter and Grafana: accepted and recorded in /etc/netlib-stub/, nothing is run.
{ config, lib, ... }:
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
          options.scrape_interval = nullable "1m" "Time between two looks at a target.";
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

  config.environment.etc = lib.mkMerge [
    (lib.mkIf prometheus.enable {
      "netlib-stub/prometheus.json".text = builtins.toJSON {
        inherit (prometheus)
          alertmanagers
          port
          rules
          scrapeConfigs
          ;
      };
    })
    (lib.mkIf prometheus.exporters.node.enable {
      "netlib-stub/node-exporter.json".text = builtins.toJSON {
        inherit (prometheus.exporters.node) extraFlags listenAddress port;
      };
    })
    (lib.mkIf grafana.enable {
      "netlib-stub/grafana.json".text = builtins.toJSON grafana.settings;
    })
  ];
}
