# Monitoring: Prometheus on some nodes asks the node exporters of all, over their common network where they have one.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  instances = config.monitoring;
  reach = import ../shared/reach.nix { inherit lib netlib config; };

  # IPv4 and IPv6 alike as soon as somebody comes by IPv6.
  listenAddressOf =
    servers: node:
    let
      addresses = map (
        server:
        netlib.addressOf {
          from = server;
          to = node;
        }
      ) servers;
    in
    if builtins.any netlib.ip.isIpv6 addresses then "[::]" else "0.0.0.0";

  ofServer =
    instance: settings: server:
    import ./server.nix { inherit lib netlib; } {
      inherit instance settings server;
      source = "http://${netlib.ip.joinHostPort (ownAddress settings) settings.port}";
      own = netlib.ip.joinHostPort (ownAddress settings.grafana) settings.grafana.port;
    };

  # By node, the instances that ask it: its exporter is there once, for the servers of all of them.
  instancesOf = lib.zipAttrs (
    lib.mapAttrsToList (instance: settings: lib.genAttrs settings.targets (_: instance)) instances
  );
  ofTarget =
    node: names:
    let
      servers = lib.unique (lib.concatMap (name: instances.${name}.servers) names);
    in
    import ./target.nix { inherit lib reach; } {
      inherit node servers;
      port = instances.${builtins.head names}.exporterPort;
      listenAddress = listenAddressOf servers node;
    };

  # All addresses of the node.
  isAny = address: address == "0.0.0.0" || address == "::";
  addressExported = { listenAddress, ... }: if isAny listenAddress then null else listenAddress;
  # Where a server asks itself.
  ownAddress = { listenAddress, ... }: if isAny listenAddress then "localhost" else listenAddress;

  httpCheck = description: port: path: {
    inherit description;
    httpGet = { inherit port path; };
  };

  checksOf =
    instance: settings:
    lib.mkMerge [
      (lib.genAttrs settings.targets (_: {
        "monitoring-${instance}-exporter" =
          httpCheck "The node exporter answers" settings.exporterPort
            "/metrics";
      }))
      (lib.genAttrs settings.servers (_: {
        "monitoring-${instance}-prometheus" = lib.recursiveUpdate (httpCheck "Prometheus answers"
          settings.port
          "/-/ready"
        ) { httpGet.host = ownAddress settings; };
      }))
    ];

  exporterOf =
    _: names:
    let
      instance = builtins.head names;
    in
    {
      node-exporter = {
        description = "Prometheus node exporter";
        option = [
          "monitoring"
          instance
        ];
        port = instances.${instance}.exporterPort;
        clients = lib.unique (lib.concatMap (name: instances.${name}.servers) names);
        scheme = "http";
        path = "/metrics";
      };
    };
  serversOf =
    instance: settings:
    let
      option = [
        "monitoring"
        instance
      ];
    in
    lib.genAttrs settings.servers (
      _:
      {
        "prometheus-${instance}" = {
          description = "Prometheus";
          inherit option;
          inherit (settings) port;
          address = addressExported settings;
          scheme = "http";
          needsLogin = true;
        };
      }
      // lib.optionalAttrs (settings.grafana != null) {
        "grafana-${instance}" = {
          description = "Grafana";
          inherit option;
          inherit (settings.grafana) port;
          address = addressExported settings.grafana;
          scheme = "http";
        };
      }
    );
in
netlib.instances {
  name = "monitoring";
  description = "Prometheus servers and the nodes that they ask, by instance name.";
  example.main.servers = [ "watch" ];

  options.imports = [ (import ./options.nix { inherit netlib; }) ];
  members = settings: settings.servers ++ settings.targets;

  # No order: a server whose targets are not there yet says so, and must not wait for nodes that are switched off.
  instance =
    { instance, settings, ... }:
    {
      configure = lib.genAttrs settings.servers (ofServer instance settings);
      checks = checksOf instance settings;
      exports.services = serversOf instance settings;
    };

  together =
    { fileOf, ... }:
    {
      assertions = import ./assertions.nix { inherit lib netlib; } {
        inherit instances reach fileOf;
      };
      configure = lib.mapAttrs ofTarget instancesOf;
      exports.services = lib.mapAttrs exporterOf instancesOf;
    };
}
