# Pictures of networks: the same in each language, and nothing in a name or a description is anything but text.
{ subject, ... }:
let
  inherit (subject) lib;
  inherit (subject.evaluate ./networks/pictured.nix) topology;

  # Names that no network can have, to see each language quote what it is given.
  odd = "a \"q\" \\ #1; <b> `x` | & \n$";
  hostile =
    let
      data = topology.json // {
        network = topology.json.network // {
          name = odd;
        };
        nodes.${odd} = topology.json.nodes.alpha;
        externals = { };
        networks.lan = topology.json.networks.lan // {
          label = odd;
          description = "two\nlines";
          members.${odd} = topology.json.networks.lan.members.alpha;
        };
        services = { };
        connections = { };
      };
      words = import ../../../lib/topology/words.nix { inherit lib; } data;
    in
    # What is quoted in two languages of Graphviz is compared as a whole.
    {
      dot =
        let
          lines = lib.splitString "\n" (import ../../../lib/topology/dot.nix { inherit lib data words; });
          of = words: builtins.filter (lib.hasInfix words) lines;
        in
        of "digraph" ++ of "shape=oval" ++ of "<B>";
    }
    // lib.mapAttrs (_: file: lib.splitString "\n" (import file { inherit lib data words; })) {
      mermaid = ../../../lib/topology/mermaid.nix;
      text = ../../../lib/topology/text.nix;
    };
in
{
  "text" = {
    expr = topology.text;
    expected = builtins.readFile ../expected/topology.txt;
  };
  "dot" = {
    expr = topology.dot;
    expected = builtins.readFile ../expected/topology.dot;
  };
  "mermaid" = {
    expr = topology.mermaid;
    expected = builtins.readFile ../expected/topology.mermaid;
  };
  "whatever names and descriptions have in them is text" = {
    expr = hostile;
    expected =
      let
        mermaid = "a #quot;q#quot; #92; #35;1#59; #lt;b#gt; #96;x#96; #124; #amp; <br/>$";
        text = ''a "q" \ #1; <b> `x` | &  $'';
      in
      {
        dot = lib.splitString "\n" (
          lib.removeSuffix "\n" (builtins.readFile ../expected/topology-hostile.dot)
        );
        mermaid = [
          "graph LR"
          "  m0[\"${mermaid}<br/>alpha.example.org\"]"
          "  n0{{\"${mermaid} 192.168.7.0/24\"}}"
          "  m0 ---|\"192.168.7.1\"| n0"
          ""
        ];
        text = [
          "${text}  alpha.example.org role:web @edge"
          ""
          "${text} 192.168.7.0/24: two lines"
          "  ${text}  192.168.7.1"
          ""
        ];
      };
  };
  "few machines have a card each, and of many those that are alike have one" =
    let
      cards =
        size:
        let
          inherit ((subject.evaluate (import ./networks/fleet.nix { inherit (subject) lib modules; } size)))
            topology
            ;
          words = import ../../../lib/topology/words.nix { inherit lib; } topology.json;
          drawn = import ../../../lib/topology/cards.nix {
            inherit lib words;
            data = topology.json;
          };
        in
        {
          machines = builtins.length words.machines;
          cards = builtins.length drawn.cards;
          folded = map (card: "${card.name}: ${toString card.size}") (
            builtins.filter (card: card.size > 1) drawn.cards
          );
          edges = builtins.length drawn.edges;
        };
    in
    {
      expr = map cards [
        3
        12
        60
      ];
      expected = [
        {
          machines = 3;
          cards = 3;
          folded = [ ];
          edges = 3;
        }
        {
          machines = 13;
          cards = 13;
          folded = [ ];
          edges = 20;
        }
        {
          machines = 61;
          cards = 13;
          folded = [
            "web02: 4"
            "web01: 34"
            "database01: 3"
            "edge02: 2"
            "edge01: 10"
          ];
          edges = 24;
        }
      ];
    };
  "the modules of the library say who uses whom" = {
    expr =
      let
        inherit ((subject.evaluate (import ./networks/fleet.nix { inherit (subject) lib modules; } 12)))
          topology
          ;
        words = import ../../../lib/topology/words.nix { inherit lib; } topology.json;
      in
      lib.unique (map (edge: toString edge.labels) words.edges);
    expected = [
      "node-exporter"
      "wireguard-vpn-home"
      "nix-cache-main"
      "backup"
      "uploads"
      "builds"
      "www.example.org"
    ];
  };
}
