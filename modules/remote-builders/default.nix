# Builders for chosen systems: clients hand them builds over SSH, with keys that are facts.
{
  config,
  lib,
  netlib,
  ...
}:
import ../shared/nix-store-instances.nix { inherit config lib netlib; } ./. {
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

  members = settings: builtins.attrNames settings.builders ++ settings.clients;

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

  # A client is switched when the builders it is told of let it in.
  order =
    { table, ... }:
    lib.optionalAttrs (table.firstBuilders != [ ]) {
      nodes = lib.subtractLists (builtins.attrNames table.builders) (builtins.attrNames table.clients);
      after = table.firstBuilders;
    };
}
