# What can be wrong with backups, found before anything is evaluated for a node.
{ lib, netlib }:
{
  instances,
  # Instance name to ", in `file'".
  fileOf,
}:
let
  inherit (netlib.errors) quote quoteList;

  failsIf =
    condition: message:
    lib.optional condition {
      assertion = false;
      inherit message;
    };

  ofInstance =
    name: settings:
    let
      option = "backup.${lib.strings.escapeNixIdentifier name}";
      servers = builtins.attrNames settings.servers;

      ofClient =
        client:
        { server, paths, ... }:
        let
          path = "${option}.clients.${client}";
        in
        failsIf (paths == [ ]) "${path}.paths is empty. Set it to what shall be backed up${fileOf name}."
        ++ failsIf (server != null && !(settings.servers ? ${server})) (
          "${path}.server: ${quote server} is no server of this backup. Servers are: ${quoteList servers}${fileOf name}."
        )
        ++ failsIf (server == client) (
          "${path}: a node cannot keep its own backup. Set ${path}.server to another one${fileOf name}."
        );
    in
    failsIf (builtins.match "[a-zA-Z0-9][a-zA-Z0-9_-]{0,39}" name == null) (
      "${option}: the name of an instance has at most 40 letters, digits, _ and -. Rename it${fileOf name}."
    )
    ++ failsIf (settings.clients != { } && servers == [ ]) (
      "${option} has clients but no server. Set ${option}.servers.<node>${fileOf name}."
    )
    ++ lib.concatLists (lib.mapAttrsToList ofClient settings.clients)
    ++ failsIf (settings.keep.daily + settings.keep.weekly + settings.keep.monthly == 0) (
      "${option}.keep keeps nothing: each backup would be given up at once. Set daily, weekly or monthly${fileOf name}."
    );

  # Two instances in one directory of a server would free each other's copies.
  directories = lib.zipAttrs (
    lib.concatLists (
      lib.mapAttrsToList (
        name: settings:
        lib.mapAttrsToList (server: { path, ... }: { "${server}:${path}" = name; }) settings.servers
      ) instances
    )
  );
in
lib.concatLists (lib.mapAttrsToList ofInstance instances)
++ lib.concatLists (
  lib.mapAttrsToList (
    place: names:
    failsIf (builtins.length names > 1) (
      "${
        lib.concatMapStringsSep " and " (name: "backup.${name}") names
      } use the same directory ${place}. Set another servers.<node>.path in one of them${lib.concatMapStrings fileOf names}."
    )
  ) directories
)
