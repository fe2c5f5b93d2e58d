# Builders for chosen systems: clients hand them builds over SSH, with keys that are facts.
{
  config,
  lib,
  netlib,
  ...
}:
let
  login = import ../shared/nix-store-login.nix { inherit lib; };
in
netlib.instances {
  name = "remote-builders";
  description = ''
    Pools of builders, by instance name. The clients of an instance build on its builders what their own system cannot,
    and what the builders do faster.
  '';
  example = ''
    {
      main = {
        builders.gamma = {
          systems = [ "x86_64-linux" "aarch64-linux" ];
          maxJobs = 8;
        };
        clients = [ "alpha" "beta" ];
      };
    }
  '';

  options.imports = [
    (import ./options.nix {
      inherit netlib;
      inherit (config) nodes;
    })
  ];
  table = import ./table.nix { inherit lib netlib; } config;
  members = settings: builtins.attrNames settings.builders ++ settings.clients;

  together =
    { tables, fileOf }:
    {
      assertions = import ./assertions.nix { inherit lib netlib; } { inherit tables fileOf; };
    };

  instance =
    {
      id,
      instance,
      table,
      ...
    }:
    {
      warnings = lib.mapAttrsToList (
        name: builder:
        "remote-builders.${instance}.builders.${name}.trusted: root of ${lib.concatStringsSep ", " builder.clients} is as good as root of ${name}."
      ) (lib.filterAttrs (_: builder: builder.trusted) table.builders);
      ssh-host-keys = lib.mapAttrs (_: _: { }) table.builders;
      gather = import ./gather.nix { inherit login; } instance table;
      configure = import ./configure.nix { inherit lib login; } instance table;
      checks = import ./checks.nix { inherit lib; } instance table;
      exports.connections.${id} = {
        label = "builds";
        links = lib.concatLists (
          lib.mapAttrsToList (
            builder: about:
            map (client: {
              from = client;
              to = builder;
            }) about.clients
          ) table.builders
        );
      };
      exports.publicKeys.${id} = lib.mapAttrs (_: client: client.sshKey) table.clients;
    };
  sets = [ "ssh-host-keys" ];
  imports = [ ../shared/ssh-host-keys.nix ];

  # A client is switched when the builders it is told of let it in.
  order =
    { table, ... }:
    lib.optionalAttrs table.buildersFirst {
      nodes = lib.subtractLists (builtins.attrNames table.builders) (builtins.attrNames table.clients);
      after = builtins.attrNames table.builders;
    };
}
