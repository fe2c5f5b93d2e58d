# What can be wrong with a cache, found before anything is evaluated for a node.
{ lib, netlib }:
{
  tables,
  # Instance name to ", in `file'".
  fileOf,
}:
let
  inherit (netlib.errors) quote quoteList;

  option = instance: "nix-cache.${lib.strings.escapeNixIdentifier instance}";
  failsIf =
    condition: names: message:
    lib.optional condition {
      assertion = false;
      message = "${option (builtins.head names)}${message}${lib.concatStrings (lib.unique (map fileOf names))}.";
    };

  isName = name: builtins.match "[a-z0-9][a-z0-9_-]{0,20}" name != null;

  ofInstance =
    name: table:
    let
      alone = builtins.filter (uploader: table.uploaders.${uploader}.servers == { }) (
        builtins.attrNames table.uploaders
      );
    in
    failsIf (!isName name) [ name ] (
      ": the name of an instance is part of account and key names: at most 21 lower-case letters, digits, _ and -, starting with a letter or digit. Rename it"
    )
    ++ failsIf (table.servers == { }) [ name ] (
      ".servers is empty. Name a node: ${option name}.servers.<node> = { }"
    )
    ++ failsIf (table.servers != { } && alone != [ ]) [ name ] (
      ".uploaders: ${quoteList alone} would only upload to itself. Leave it out"
    );

  names = builtins.attrNames tables;
  pairs = lib.concatMap (a: map (b: { inherit a b; }) (builtins.filter (b: a < b) names)) names;
  betweenInstances =
    { a, b }:
    let
      shared = builtins.attrNames (builtins.intersectAttrs tables.${a}.servers tables.${b}.servers);
      same = builtins.filter (
        server: tables.${a}.servers.${server}.software == tables.${b}.servers.${server}.software
      ) shared;
      hooks = builtins.attrNames (builtins.intersectAttrs tables.${a}.uploaders tables.${b}.uploaders);
    in
    failsIf (same != [ ]) [ a b ] (
      " and ${option b} both run ${
         tables.${a}.servers.${builtins.head same}.software
       } on ${quoteList same}, which NixOS runs once. Set ${option b}.servers.${builtins.head same}.software to the other one"
    )
    ++ failsIf (hooks != [ ]) [ a b ] (
      " and ${option b} both upload from ${quoteList hooks}, but Nix runs one hook after a build. Make one instance with both servers"
    )
    ++ failsIf (shared != [ ] && tables.${a}.user == tables.${b}.user) [ a b ] (
      " and ${option b} use the same account ${quote tables.${a}.user} on ${quoteList shared}. Set ${option b}.user to another name"
    );
in
lib.concatLists (lib.mapAttrsToList ofInstance tables) ++ lib.concatMap betweenInstances pairs
