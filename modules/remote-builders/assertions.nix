# What can be wrong with a pool, found before anything is evaluated for a node.
{ lib, netlib }:
{
  tables,
  # Instance name to ", in `file'".
  fileOf,
}:
let
  inherit (netlib.errors) quote quoteList;

  option = instance: "remote-builders.${lib.strings.escapeNixIdentifier instance}";
  failsIf =
    condition: instance: message:
    lib.optional condition {
      assertion = false;
      message = "${option instance}${message}${fileOf instance}.";
    };

  isName = name: builtins.match "[a-z0-9][a-z0-9_-]{0,18}" name != null;

  ofInstance =
    name: table:
    let
      idle = builtins.filter (builder: table.builders.${builder}.clients == [ ]) (
        builtins.attrNames table.builders
      );
      useless = builtins.filter (client: table.clients.${client}.builders == { }) (
        builtins.attrNames table.clients
      );
    in
    failsIf (!isName name) name (
      ": the name of an instance is part of host and account names: at most 19 lower-case letters, digits, _ and -, starting with a letter or digit. Rename it"
    )
    ++ failsIf (table.builders == { } && table.clients != { }) name (
      ".builders is empty, but ${quoteList (builtins.attrNames table.clients)} want to build there. Add a builder: ${option name}.builders.<node> = { }"
    )
    ++ failsIf (table.builders != { } && useless != [ ]) name (
      ".clients: ${quoteList useless} could only build on itself. Add another builder, or take it out of the clients"
    )
    ++ failsIf (idle != [ ]) name (
      ".builders: nobody builds on ${quoteList idle}. Add a node to ${option name}.clients"
    );

  # One account of a node has one set of rights.
  names = builtins.attrNames tables;
  pairs = lib.concatMap (a: map (b: { inherit a b; }) (builtins.filter (b: a < b) names)) names;
  betweenInstances =
    { a, b }:
    let
      shared = builtins.attrNames (builtins.intersectAttrs tables.${a}.builders tables.${b}.builders);
    in
    failsIf (shared != [ ] && tables.${a}.user == tables.${b}.user) a (
      " and ${option b} use the same account ${quote tables.${a}.user} on ${quoteList shared}. Set ${option b}.user to another name"
    );
in
lib.concatLists (lib.mapAttrsToList ofInstance tables) ++ lib.concatMap betweenInstances pairs
