# What can be wrong between the networks of one flake.
{ lib, errors }:
let
  inherit (errors) quote;

  pairs =
    networks:
    let
      names = builtins.attrNames networks;
      after = index: lib.drop (index + 1) names;
    in
    lib.concatLists (lib.imap0 (index: a: map (b: { inherit a b; }) (after index)) names);

  problems =
    networks:
    { a, b }:
    let
      first = networks.${a}.config;
      second = networks.${b}.config;
      gathers = config: name: (config.facts.${name} or { }) != { };
      # Both would be written to the same facts/<node>.json.
      shared = builtins.filter (
        name: second.nodes ? ${name} && gathers first name && gathers second name
      ) (builtins.attrNames first.nodes);
    in
    lib.optional (first.network.id == second.network.id && first.network.name != second.network.name) (
      "the networks ${quote first.network.name} and ${quote second.network.name} have the same network.id ${quote first.network.id}. "
      + "Hosts could not tell them apart: remove one network.id or set another."
    )
    ++ lib.optional (shared != [ ]) (
      "the networks ${quote a} and ${quote b} both gather facts of nodes called ${errors.quoteList shared}, "
      + "which would share facts/<node>.json. Rename the nodes in one of them."
    );
in
{
  # Lets the value through when the networks get along; looks at nothing when there is only one.
  check =
    networks: value:
    let
      found = lib.concatMap (problems networks) (pairs networks);
    in
    if found == [ ] then value else errors.fail (lib.concatStringsSep "\n" found);
}
