# A network for reading in a terminal: machines, networks with their members and links, services with their clients.
{
  lib,
  data,
  words,
}:
let
  inherit (lib) concatStringsSep optional optionalString;
  inherit (words) linksOf titleOf;

  # Descriptions are users' own and may have several lines.
  oneLine = builtins.replaceStrings [ "\n" "\r" "\t" ] [ " " "" " " ];

  # Words with two spaces between, empty ones left out.
  line = parts: oneLine (concatStringsSep "  " (builtins.filter (part: part != "") parts));

  machine =
    machine:
    line [
      machine.name
      (concatStringsSep " " (
        machine.addresses
        ++ map (role: "role:${role}") (machine.roles or [ ])
        ++ map (tag: "@${tag}") (machine.tags or [ ])
        ++ optional machine.isExternal "(external)"
        ++ optional (machine.description or "" != "") machine.description
      ))
    ];

  member =
    name: member:
    line [
      "  ${name}"
      (concatStringsSep " " member.addresses)
      (toString member.interface)
      (optionalString (member.allowedIPs != [ ]) "leads to ${concatStringsSep " " member.allowedIPs}")
    ];

  link =
    link:
    line [
      "  ${link.from} - ${link.to}"
      (optionalString (link.via != null) "through ${link.via}")
    ];

  network =
    network:
    [
      ""
      (oneLine (titleOf network + optionalString (network.description != "") ": ${network.description}"))
    ]
    ++ lib.mapAttrsToList member network.members
    ++ map link (linksOf network)
    ++ optional (
      network.relays != [ ]
    ) "  packets between these pass through ${concatStringsSep ", " network.relays}";

  service =
    service:
    line [
      "  ${service.machine}: ${service.title}"
      (optionalString (service.clients != [ ]) "<- ${concatStringsSep ", " service.clients}")
    ];
  # Of one label in a line for each that is used.
  connections = lib.concatMap (
    connection:
    lib.mapAttrsToList (to: links: {
      inherit to;
      inherit (connection) label;
      from = map (link: link.from) links;
    }) (builtins.groupBy (link: link.to) connection.links)
  ) (builtins.attrValues data.connections);
  connection =
    {
      to,
      label,
      from,
    }:
    "  ${to}: ${label}  <- ${concatStringsSep ", " from}";
in
lib.concatLines (
  map machine words.machines
  ++ lib.concatMap network (builtins.attrValues data.networks)
  ++ lib.optionals (words.services != [ ]) (
    [
      ""
      "services"
    ]
    ++ map service words.services
  )
  ++ lib.optionals (connections != [ ]) (
    [
      ""
      "connections"
    ]
    ++ map connection connections
  )
)
