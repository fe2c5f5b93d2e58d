# A network in Mermaid's language, which many forges draw within Markdown. Names get short ids, as Mermaid's may hold little.
{
  lib,
  data,
  words,
}:
let
  inherit (words) linksOf titleOf;
  inherit (lib) concatStringsSep imap0;

  # Entities of Mermaid: `#` and `;` are part of them, so each character is replaced once.
  quoted =
    text:
    "\"${
      builtins.replaceStrings
        [
          "#"
          ";"
          "&"
          "\""
          "<"
          ">"
          "`"
          "|"
          "\\"
          "\n"
          "\r"
        ]
        [
          "#35;"
          "#59;"
          "#amp;"
          "#quot;"
          "#lt;"
          "#gt;"
          "#96;"
          "#124;"
          "#92;"
          "<br/>"
          ""
        ]
        text
    }\"";

  ids = lib.listToAttrs (
    imap0 (index: machine: lib.nameValuePair machine.name "m${toString index}") words.machines
  );

  machine =
    machine:
    let
      label = quoted (concatStringsSep "\n" ([ machine.name ] ++ lib.take 1 machine.addresses));
    in
    "  ${ids.${machine.name}}${if machine.isExternal then "(${label})" else "[${label}]"}";

  network =
    index: network:
    let
      place = "n${toString index}";
      member =
        name: settings:
        "  ${ids.${name}} ---|${quoted (concatStringsSep "\n" settings.addresses)}| ${place}";
      link =
        link:
        "  ${ids.${link.from}} ${
            if link.via == null then "===" else "-.-"
          }|${quoted network.label}| ${ids.${link.to}}";
    in
    [ "  ${place}{{${quoted (titleOf network)}}}" ]
    ++ lib.mapAttrsToList member network.members
    ++ map link (linksOf network);

  service =
    service:
    map (
      client: "  ${ids.${client}} -->|${quoted service.title}| ${ids.${service.machine}}"
    ) service.clients;
  connection =
    connection:
    map (
      link: "  ${ids.${link.from}} -->|${quoted connection.label}| ${ids.${link.to}}"
    ) connection.links;
in
lib.concatLines (
  [ "graph LR" ]
  ++ map machine words.machines
  ++ lib.concatLists (imap0 network (builtins.attrValues data.networks))
  ++ lib.concatMap service words.services
  ++ lib.concatMap connection (builtins.attrValues data.connections)
)
