# Names of all nodes and externals: in /etc/hosts, and as DNS zones on chosen nodes.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  instances = config.hosts;
  tables = lib.mapAttrs (import ./table.nix { inherit config lib netlib; }) instances;
  servers = lib.filterAttrs (_: table: table.servers != { }) tables;
in
{
  options.hosts = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule (import ./options.nix { inherit config lib netlib; })
    );
    default = { };
    description = ''
      Names of the network's nodes and externals, by instance name: `<name>` for the best way from where it is asked, a mesh before a
      public address, and `<name>.<network>` for each network.
    '';
    example = lib.literalExpression ''
      {
        home = {
          domain = "home.arpa";
          dns.nodes = [ "router" ];
        };
      }
    '';
  };

  config = {
    assertions = lib.concatLists (
      lib.mapAttrsToList (import ./assertions.nix { inherit lib netlib options; }) tables
    );

    configure = lib.mkMerge (
      lib.mapAttrsToList (
        _: table: lib.mapAttrs (_: hosts: { networking = { inherit hosts; }; }) table.nodes
      ) tables
      ++ lib.mapAttrsToList (
        _: table: lib.mapAttrs (_: import ./name-server.nix { inherit lib table; }) table.servers
      ) servers
    );

    # What `/etc/hosts` of the instance's nodes may say of each.
    exports.names = lib.mkMerge (
      map (
        table:
        lib.genAttrs (
          builtins.attrNames config.nodes ++ builtins.attrNames config.externals
        ) table.domainNamesOf
      ) (builtins.attrValues tables)
    );

    exports.members.hosts = lib.mapAttrs (_: settings: settings.nodes ++ settings.dns.nodes) instances;

    exports.services = lib.mkMerge (
      lib.mapAttrsToList (
        instance: table:
        lib.mapAttrs (_: server: import ./services.nix { inherit lib; } instance server) table.servers
      ) servers
    );

    checks = lib.mkMerge (
      lib.mapAttrsToList (
        instance: table:
        lib.mapAttrs (_: server: {
          "hosts-${instance}".tcpSocket = {
            port = 53;
            host = builtins.head server.addresses;
          };
        }) (lib.filterAttrs (_: server: server.addresses != [ ]) table.servers)
      ) servers
    );
  };
}
