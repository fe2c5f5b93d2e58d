# What a monitored node gets: the node exporter, what it tells about its system, and a way in for the servers.
{ lib, reach }:
{
  # Name of the node, port, servers, and the address that the exporter listens on.
  node,
  port,
  servers,
  listenAddress,
}:
let
  # Not below /var/lib/netlib, which is nobody's but root's: the exporter has a user of its own.
  directory = "/run/netlib-monitoring";

  exporter =
    { pkgs, ... }:
    {
      services.prometheus.exporters.node = {
        enable = true;
        inherit port listenAddress;
        enabledCollectors = [ "systemd" ];
        extraFlags = [ "--collector.textfile.directory=${directory}" ];
      };

      systemd.services.netlib-system-metrics = {
        description = "Tells the node exporter which system runs here";
        wantedBy = [ "multi-user.target" ];
        path = [ pkgs.coreutils ];
        environment.DIRECTORY = directory;
        # Activating a system and confirming it are two moments, so it looks again.
        startAt = "minutely";
        script = builtins.readFile ./system-metrics.sh;
        serviceConfig = {
          Type = "oneshot";
          RuntimeDirectory = baseNameOf directory;
          RuntimeDirectoryPreserve = true;
        };
      };
    };
in
{
  imports = [
    exporter
    (reach.openFor {
      to = node;
      inherit port;
      from = servers;
    })
  ];
}
