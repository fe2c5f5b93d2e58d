# A network in Graphviz's language: machines as boxes, networks as ellipses with a line to each member, links and clients as lines.
{
  lib,
  data,
  words,
}:
let
  inherit (import ./dot-text.nix { inherit lib; }) quoted;
  inherit (words) linksOf titleOf;
  inherit (lib) concatStringsSep optionalString;

  machine =
    machine:
    "  ${quoted machine.name} [label=${
        quoted (concatStringsSep "\n" ([ machine.name ] ++ lib.take 1 machine.addresses))
      }${optionalString machine.isExternal ", style=dashed"}];";

  network =
    name: network:
    let
      place = quoted "network ${name}";
      member =
        member: settings:
        "  ${quoted member} -> ${place} [dir=none, label=${quoted (concatStringsSep "\n" settings.addresses)}];";
      link =
        link:
        "  ${quoted link.from} -> ${quoted link.to} [dir=none, style=${
            if link.via == null then "bold" else "dotted"
          }, label=${quoted network.label}];";
    in
    [ "  ${place} [shape=ellipse, label=${quoted (titleOf network)}];" ]
    ++ lib.mapAttrsToList member network.members
    ++ map link (linksOf network);

  service =
    service:
    map (
      client:
      "  ${quoted client} -> ${quoted service.machine} [color=blue, label=${quoted service.title}];"
    ) service.clients;
in
lib.concatLines (
  [
    "digraph ${quoted data.network.name} {"
    "  layout=neato;"
    "  overlap=false;"
    "  splines=true;"
    "  node [shape=box];"
  ]
  ++ map machine words.machines
  ++ lib.concatLists (lib.mapAttrsToList network data.networks)
  ++ lib.concatMap service words.services
  ++ [ "}" ]
)
