# What can be wrong within an instance and between instances, found before anything is evaluated for a node.
{ lib, netlib }:
{ tables, options }:
let
  inherit (netlib.errors) quote quoteList;

  fails = message: {
    assertion = false;
    inherit message;
  };
  failsIf = condition: message: lib.optional condition (fails message);

  # ", in `/home/me/flake.nix'" of those who define what is at one of these paths below `backup`.
  atAll =
    paths:
    let
      files = lib.unique (lib.concatMap (netlib.errors.filesDefining options.backup) paths);
    in
    lib.optionalString (files != [ ])
      ", in ${lib.concatMapStringsSep " and " (file: "`${file}`") files}";
  at = path: atAll [ path ];

  option = path: lib.showOption ([ "backup" ] ++ path);

  ofClient =
    name: table: client: settings:
    let
      path = [
        name
        "clients"
        client
      ];
      unknown = lib.subtractLists (builtins.attrNames table.servers) settings.servers;
    in
    failsIf (settings.paths == [ ]) (
      "${option path} has nothing to back up. Set ${option (path ++ [ "paths" ])} or ${
        option [
          name
          "paths"
        ]
      }${at path}."
    )
    ++ failsIf (settings.servers == [ ]) (
      "${option path} has no server: a node is no backup of itself. Add another node to ${
        option [
          name
          "servers"
        ]
      }${at path}."
    )
    ++ failsIf (builtins.elem client settings.servers) (
      "${option (path ++ [ "servers" ])} names ${quote client} itself. Take it out${at path}."
    )
    ++ failsIf (unknown != [ ]) (
      "${option (path ++ [ "servers" ])}: ${quoteList unknown} is no server of this instance. Servers are: ${quoteList (builtins.attrNames table.servers)}${at path}."
    );

  isName = name: builtins.match "[a-zA-Z0-9][a-zA-Z0-9_-]{0,39}" name != null;

  ofInstance =
    name: table:
    failsIf (!isName name) (
      "${option [ name ]}: the name of an instance has at most 40 letters, digits, _ and -, starting with a letter or digit. Rename it${at [ name ]}."
    )
    ++ lib.concatLists (lib.mapAttrsToList (ofClient name table) table.clients);

  # Every repository of every server, by place.
  repositories = lib.concatLists (
    lib.mapAttrsToList (
      name: table:
      lib.concatLists (
        lib.mapAttrsToList (
          server: settings:
          map (client: {
            inherit name server;
            place = "${server}:${settings.directory}/${client}";
          }) (builtins.attrNames settings.clients)
        ) table.servers
      )
    ) tables
  );
  shared = lib.filterAttrs (_: entries: builtins.length entries > 1) (
    lib.groupBy (entry: entry.place) repositories
  );

  # Once for each pair of instances, however many clients they share.
  betweenInstances = lib.unique (
    lib.mapAttrsToList (
      _: entries:
      let
        paths = map (entry: [
          entry.name
          "servers"
          entry.server
          "directory"
        ]) entries;
      in
      "${
        lib.concatMapStringsSep " and " option paths
      } are the same directory, in which both would have the repositories of the same clients. "
      + "Set one of them to another${atAll paths}."
    ) shared
  );
in
lib.concatLists (lib.mapAttrsToList ofInstance tables) ++ map fails betweenInstances
