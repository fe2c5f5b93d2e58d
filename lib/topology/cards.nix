# Machines as cards of a picture: one for each, or one for all that are alike where there are too many to look at.
{
  lib,
  data,
  words,
}:
let
  # So many cards are read one by one; so many at all.
  few = 14;
  most = 30;

  inherit (words) machines edges;

  networksOf =
    name:
    builtins.filter (network: data.networks.${network}.members ? ${name}) (
      builtins.attrNames data.networks
    );
  servicesOf = lib.mapAttrs (_: map (service: service.title)) (
    builtins.groupBy (service: service.machine) words.services
  );
  incoming = lib.mapAttrs (_: map (edge: edge.from)) (builtins.groupBy (edge: edge.to) edges);
  outgoing = lib.mapAttrs (_: map (edge: edge.to)) (builtins.groupBy (edge: edge.from) edges);

  # What machines of one card have in common: by how they are used, or only by what they are.
  what = machine: {
    inherit (machine) isExternal;
    roles = machine.roles or [ ];
    tags = machine.tags or [ ];
  };
  use =
    machine:
    what machine
    // {
      networks = networksOf machine.name;
      services = servicesOf.${machine.name} or [ ];
      incoming = incoming.${machine.name} or [ ];
      outgoing = outgoing.${machine.name} or [ ];
    };
  own = machine: { inherit (machine) name; };

  by = key: builtins.groupBy (machine: builtins.toJSON (key machine)) machines;
  count = groups: builtins.length (builtins.attrNames groups);
  groups =
    if builtins.length machines <= few then
      by own
    else if count (by use) <= most then
      by use
    else
      by what;

  card =
    members:
    let
      first = builtins.head members;
      size = builtins.length members;
    in
    first
    // {
      inherit size;
      names = map (machine: machine.name) members;
      networks = lib.unique (lib.concatMap (machine: networksOf machine.name) members);
      services = lib.unique (lib.concatMap (machine: servicesOf.${machine.name} or [ ]) members);
    };
  cards = map card (builtins.attrValues groups);

  cardOf = lib.listToAttrs (
    lib.concatMap (card: map (name: lib.nameValuePair name card.name) card.names) cards
  );
  # Both directions between two cards are one line.
  merged =
    builtins.groupBy
      (
        edge:
        builtins.toJSON (
          lib.sort (a: b: a < b) [
            edge.from
            edge.to
          ]
        )
      )
      (
        builtins.filter (edge: edge.from != edge.to) (
          map (
            edge:
            edge
            // {
              from = cardOf.${edge.from};
              to = cardOf.${edge.to};
            }
          ) edges
        )
      );
in
{
  # { name; names; size; isExternal; addresses; roles; tags; networks; services; }
  inherit cards cardOf;

  # Who talks to whom, one for each pair of cards: { from; to; isBoth; labels = [ text ]; sentences = [ text ]; }
  edges = lib.mapAttrsToList (
    _: group:
    let
      first = builtins.head group;
    in
    {
      inherit (first) from to;
      isBoth = builtins.any (edge: edge.from != first.from) group;
      labels = lib.unique (lib.concatMap (edge: edge.labels) group);
      sentences = lib.unique (
        map (edge: "${edge.from} uses ${lib.concatStringsSep ", " edge.labels} of ${edge.to}") group
      );
    }
  ) merged;
}
