# Names of all nodes and externals: in /etc/hosts, and as DNS zones on chosen nodes.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
netlib.instances {
  name = "hosts";
  description = ''
    Names of the network's nodes and externals, by instance name: `<name>` for the best way from where it is asked, a mesh before a
    public address, and `<name>.<network>` for each network.
  '';
  example.home = {
    domain = "home.arpa";
    dns.nodes = [ "router" ];
  };

  options.imports = [ (import ./options.nix { inherit config lib netlib; }) ];
  table = import ./table.nix { inherit config lib netlib; };
  members = settings: settings.nodes ++ settings.dns.nodes;

  instance =
    {
      id,
      instance,
      table,
      ...
    }:
    {
      assertions = import ./assertions.nix { inherit lib netlib options; } instance table;
      configure = lib.mkMerge [
        (lib.mapAttrs (_: hosts: { networking = { inherit hosts; }; }) table.nodes)
        (lib.mapAttrs (_: import ./name-server.nix { inherit lib table; }) table.servers)
      ];
      # What `/etc/hosts` of the instance's nodes may say of each.
      exports.names = lib.genAttrs (
        builtins.attrNames config.nodes ++ builtins.attrNames config.externals
      ) table.domainNamesOf;
      exports.services = lib.mapAttrs (
        _: server: import ./services.nix { inherit lib; } instance server
      ) table.servers;
      checks = lib.mapAttrs (_: server: {
        ${id}.tcpSocket = {
          port = 53;
          host = builtins.head server.addresses;
        };
      }) (lib.filterAttrs (_: server: server.addresses != [ ]) table.servers);
    };
}
