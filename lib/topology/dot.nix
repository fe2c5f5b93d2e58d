# A network in Graphviz's language: machines as cards, IP networks as coloured places with a line to each member, arrows from who uses
# something to who offers it. Colours are such that they can be read on light and on dark ground.
{
  lib,
  data,
  words,
}:
let
  inherit (import ./dot-text.nix { inherit lib; }) quoted html;
  inherit (words) linksOf titleOf;
  inherit (lib) concatStringsSep optional optionalString;
  inherit (import ./cards.nix { inherit lib data words; }) cards cardOf edges;

  colours = [
    "#0d9488"
    "#d97706"
    "#7c3aed"
    "#db2777"
    "#65a30d"
    "#0284c7"
    "#b45309"
    "#64748b"
  ];
  names = builtins.attrNames data.networks;
  colourOf = lib.listToAttrs (
    lib.imap0 (
      index: name:
      lib.nameValuePair name (builtins.elemAt colours (lib.mod index (builtins.length colours)))
    ) names
  );
  grey = "#7b8794";

  # How many services or words an edge and a card have.
  few = 4;
  some =
    items:
    lib.take few items
    ++ optional (builtins.length items > few) "… (${toString (builtins.length items)})";

  row = attributes: text: "<TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\"${attributes}>${text}</TD></TR>";
  small = colour: text: "<FONT POINT-SIZE=\"10\" COLOR=\"${colour}\">${html text}</FONT>";

  addressesIn = network: name: data.networks.${network}.members.${name}.addresses;

  card =
    card:
    let
      isOne = card.size == 1;
      title =
        if isOne then
          html card.name
        else
          "${html (builtins.head card.names)} … ${html (lib.last card.names)}  <FONT POINT-SIZE=\"11\">${toString card.size} machines</FONT>";
      marks = map (role: "role:${role}") (card.roles or [ ]) ++ map (tag: "@${tag}") (card.tags or [ ]);
      ofNetwork =
        network:
        row "" (
          small colourOf.${network} (
            "${data.networks.${network}.label}${optionalString isOne " ${concatStringsSep " " (addressesIn network card.name)}"}"
          )
        );
      rows = [
        (row "" "<B>${title}</B>")
      ]
      ++ optional (marks != [ ]) (row "" (small grey (concatStringsSep " " (some marks))))
      ++ optional (card.description or "" != "") (row "" (small grey card.description))
      ++ optional (isOne && card.addresses != [ ]) (row "" (small grey (builtins.head card.addresses)))
      ++ map ofNetwork card.networks
      ++ map (service: row "" (small "#1d4ed8" service)) (some card.services);
      tooltip = concatStringsSep ", " card.names;
    in
    "  ${quoted card.name} [tooltip=${quoted tooltip}, style=\"rounded,filled${optionalString card.isExternal ",dashed"}\", label=<<TABLE BORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\">${lib.concatStrings rows}</TABLE>>${
        optionalString (link card != null) ", URL=${quoted (link card)}, target=\"_blank\""
      }];";

  # A card leads to a page of its machine: an encrypted one if there is one, and never to mere numbers.
  link =
    card:
    let
      isPage =
        scheme: service:
        service.machine == card.name && service.scheme == scheme && service.path != "/metrics";
      pages = lib.concatMap (scheme: builtins.filter (isPage scheme) words.services) [
        "https"
        "http"
      ];
      page = builtins.head pages;
    in
    if card.size != 1 || card.addresses == [ ] || pages == [ ] then
      null
    else
      "${page.scheme}://${builtins.head card.addresses}:${toString page.port}${toString page.path}";

  network =
    name:
    let
      network = data.networks.${name};
      place = quoted "network ${name}";
      members = lib.unique (map (member: cardOf.${member}) (builtins.attrNames network.members));
      relays = map (relay: cardOf.${relay}) network.relays;
      colour = colourOf.${name};
      member =
        member:
        "  ${place} -> ${quoted member} [dir=none, color=\"${colour}80\", penwidth=${
            if builtins.elem member relays then "3" else "1.2"
          }, tooltip=${quoted "${member} in ${network.label}"}];";
      # Pairs through a third one say what the relays say.
      direct = lib.unique (
        builtins.filter (pair: pair.from != pair.to) (
          map (pair: {
            from = cardOf.${pair.from};
            to = cardOf.${pair.to};
          }) (builtins.filter (pair: pair.via == null) (linksOf network))
        )
      );
    in
    [
      "  ${place} [shape=oval, style=filled, fillcolor=\"${colour}\", color=\"${colour}\", fontcolor=white, label=${
          quoted (concatStringsSep "\n" ([ network.label ] ++ network.subnets))
        }, tooltip=${
          quoted (titleOf network + optionalString (network.description != "") ": ${network.description}")
        }];"
    ]
    ++ map member members
    ++ lib.optionals (builtins.length cards <= 14) (
      map (
        pair:
        "  ${quoted pair.from} -> ${quoted pair.to} [dir=none, style=dotted, constraint=false, color=\"${colour}\", tooltip=${quoted network.label}];"
      ) direct
    );

  arrow =
    edge:
    "  ${quoted edge.from} -> ${quoted edge.to} [color=\"#3b82f6\", fontcolor=\"#3b82f6\", label=${quoted (concatStringsSep "\n" (some edge.labels))}, tooltip=${quoted (concatStringsSep "\n" edge.sentences)}${optionalString edge.isBoth ", dir=both"}];";

  legend = [
    "  subgraph cluster_legend {"
    "    label=\"Legend\"; fontsize=10; color=\"${grey}\"; fontcolor=\"${grey}\"; style=rounded;"
    "    legend [shape=plain, style=\"\", label=<<TABLE BORDER=\"0\" CELLSPACING=\"0\">"
    "      ${row "" (
            small "#3b82f6" "arrow: leads to who offers what the other uses, both ways where both do"
          )}"
    "      ${row "" (
            small grey "coloured line: member of the IP network; thick: passes packets on; dotted: linked directly"
          )}"
    "      ${row "" (small grey "dashed card: netlib does not deploy it")}"
    (optionalString (builtins.any (card: card.size > 1) cards)
      "      ${row "" (small grey "one card for machines that are alike")}"
    )
    "    </TABLE>>];"
    "  }"
  ];

  machines = builtins.length words.machines;
  count = number: what: "${toString number} ${what}${optionalString (number != 1) "s"}";
in
lib.concatLines (
  [
    "digraph ${quoted data.network.name} {"
    "  graph [label=${quoted "${data.network.name}: ${count machines "machine"}, ${count (builtins.length names) "IP network"}"}, labelloc=t, fontsize=20, fontname=\"Helvetica\", fontcolor=\"${grey}\", bgcolor=transparent, rankdir=LR, nodesep=0.25, ranksep=1.1, splines=true, newrank=true, tooltip=${quoted data.network.name}];"
    "  node [shape=box, fontname=\"Helvetica\", fontsize=13, color=\"${grey}\", fillcolor=\"#f8fafc\", fontcolor=\"#0f172a\", margin=\"0.12,0.07\"];"
    "  edge [fontname=\"Helvetica\", fontsize=9, arrowsize=0.7];"
  ]
  ++ map card cards
  ++ lib.concatMap network names
  ++ map arrow edges
  ++ builtins.filter (line: line != "") legend
  ++ [ "}" ]
)
