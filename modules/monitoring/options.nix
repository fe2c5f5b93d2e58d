# Options of one monitoring instance.
{ netlib }:
{ lib, ... }:
let
  inherit (lib) types;

  alerts.options = {
    downFor = lib.mkOption {
      type = netlib.types.duration;
      default = "5m";
      description = "How long a node does not answer before it counts as down.";
      example = "10m";
    };

    diskFreePercent = lib.mkOption {
      type = types.ints.between 0 100;
      default = 10;
      description = "Below how many percent of free space a file system counts as full.";
      example = 5;
    };

    failedUnits = lib.mkOption {
      type = types.bool;
      default = true;
      description = "Whether a failed systemd unit is an alert.";
      example = false;
    };

    generation = lib.mkOption {
      type = types.bool;
      default = true;
      description = "Whether a node that runs another system than the one it would boot is an alert: a deployment that was not confirmed, or one that waits for a reboot.";
      example = false;
    };
  };

  alerts.options.watchdog = lib.mkOption {
    type = types.bool;
    default = false;
    description = ''
      Whether an alert `Watchdog` is always raised. Send it to a service outside of the network that reports when it stops coming: without
      one, nobody hears that Prometheus or the Alertmanager itself is down.
    '';
    example = true;
  };

  grafana.options.port = lib.mkOption {
    type = netlib.types.port;
    default = 3000;
    description = "TCP port of Grafana.";
    example = 3001;
  };

  grafana.options.listenAddress = lib.mkOption {
    type = netlib.types.address;
    default = "127.0.0.1";
    description = ''
      Address that Grafana listens on: localhost for a `reverse-proxy` on the same node or an SSH tunnel, `"0.0.0.0"` or `"::"` for all
      addresses, such as for a `reverse-proxy` on another node. The firewall stays closed; `reverse-proxy` lets its proxies through.
    '';
    example = "0.0.0.0";
  };

  grafana.options.adminPasswordFile = lib.mkOption {
    type = types.nullOr (types.strMatching "/[^[:space:]]+");
    default = null;
    description = ''
      File on the servers with the password of Grafana's admin, readable for `grafana`, such as the path of a secret. Null: each server
      makes one. It is read when Grafana makes its accounts, at its first start.
    '';
    example = lib.literalExpression "config.secrets.grafana-admin.path";
  };
in
{
  options = {
    servers = lib.mkOption {
      type = netlib.references.nodes;
      default = [ ];
      description = "Nodes on which Prometheus runs. Each asks all targets.";
      example = [ "watch" ];
    };

    targets = lib.mkOption {
      type = netlib.references.nodes;
      default = [ "*" ];
      description = "Nodes that are monitored.";
      example = [
        "*"
        "!laptop"
      ];
    };

    interval = lib.mkOption {
      type = netlib.types.duration;
      default = "30s";
      description = "Time between two looks at a node, and at the rules.";
      example = "15s";
    };

    retention = lib.mkOption {
      type = netlib.types.duration;
      default = "30d";
      description = "How long the servers keep what they measured.";
      example = "90d";
    };

    port = lib.mkOption {
      type = netlib.types.port;
      default = 9090;
      description = "TCP port of Prometheus on the servers. The firewall does not open it.";
      example = 9091;
    };

    listenAddress = lib.mkOption {
      type = netlib.types.address;
      default = "127.0.0.1";
      description = ''
        Address that Prometheus listens on. It asks nobody for a login: another address than that of the loopback interface is for a
        `reverse-proxy` on another node, which asks for one, and the firewall lets only that one in.
      '';
      example = "10.10.0.1";
    };

    exporterPort = lib.mkOption {
      type = netlib.types.port;
      default = 9100;
      description = "TCP port of the node exporter on the targets, open for the servers only.";
      example = 9101;
    };

    alerts = lib.mkOption {
      type = types.submodule alerts;
      default = { };
      description = "When the servers raise alerts.";
      example = {
        diskFreePercent = 5;
      };
    };

    rules = lib.mkOption {
      type = types.listOf types.attrs;
      default = [ ];
      description = "Further groups of rules, as in Prometheus' rule files.";
      example = [
        {
          name = "load";
          rules = [
            {
              alert = "LoadHigh";
              expr = "node_load15 > 8";
              "for" = "1h";
            }
          ];
        }
      ];
    };

    alertmanagers = lib.mkOption {
      type = types.listOf netlib.types.endpoint;
      default = [ ];
      description = "Alertmanagers that the servers send alerts to, as `host:port`.";
      example = [ "localhost:9093" ];
    };

    grafana = lib.mkOption {
      type = types.nullOr (types.submodule grafana);
      default = null;
      description = "Grafana on the servers, with Prometheus as its source of data.";
      example = lib.literalExpression "{ }";
    };
  };
}
