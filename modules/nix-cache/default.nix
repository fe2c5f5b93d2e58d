# Binary caches: servers offer what is in their Nix store, signed with keys made there; clients fetch it instead of building.
{
  config,
  lib,
  netlib,
  ...
}:
import ../shared/nix-store-instances.nix { inherit config lib netlib; } ./. {
  name = "nix-cache";
  description = ''
    Binary caches, by instance name. Clients of an instance ask its servers for store paths, over a network that both are in
    where there is one, and believe the servers' signatures.
  '';
  example = ''
    {
      main = {
        servers.gamma = { };
        uploaders = [ "alpha" ];
      };
    }
  '';

  members = settings: builtins.attrNames settings.servers ++ settings.clients ++ settings.uploaders;

  instance =
    {
      id,
      instance,
      table,
      ...
    }:
    {
      warnings = lib.optional (table.trustUploaders && table.uploaders != { }) (
        "nix-cache.${instance}.trustUploaders: root of ${lib.concatStringsSep ", " (builtins.attrNames table.uploaders)} is as good as root of the servers and clients of this cache."
      );
      ssh-host-keys = lib.optionalAttrs (table.uploaders != { }) (lib.mapAttrs (_: _: { }) table.servers);
      exports.connections.${id} = {
        label = "uploads";
        links = lib.concatLists (
          lib.mapAttrsToList (
            uploader: about:
            map (server: {
              from = uploader;
              to = server;
            }) (builtins.attrNames about.servers)
          ) table.uploaders
        );
      };
      exports.publicKeys.${id} = lib.mapAttrs (_: server: server.publicKey) table.servers;
      exports.services = lib.mapAttrs (_: server: {
        ${id} = {
          description = "Nix binary cache ${instance}";
          option = [
            "nix-cache"
            instance
          ];
          inherit (server) clients port;
          scheme = "http";
        };
      }) table.servers;
    };

  # A client is switched when the caches that it is told of are there.
  order =
    { table, ... }:
    lib.optionalAttrs (table.firstServers != [ ]) {
      nodes = table.others;
      after = table.firstServers;
    };
}
