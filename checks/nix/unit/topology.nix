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
      };
      words = import ../../../lib/topology/words.nix { inherit lib; } data;
    in
    lib.mapAttrs (_: file: lib.splitString "\n" (import file { inherit lib data words; })) {
      dot = ../../../lib/topology/dot.nix;
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
        dot = ''"a \"q\" \\ #1; <b> `x` | & \n$"'';
        mermaid = "a #quot;q#quot; #92; #35;1#59; #lt;b#gt; #96;x#96; #124; #amp; <br/>$";
        text = ''a "q" \ #1; <b> `x` | &  $'';
      in
      {
        dot = [
          "digraph ${dot} {"
          "  layout=neato;"
          "  overlap=false;"
          "  splines=true;"
          "  node [shape=box];"
          "  ${dot} [label=${lib.removeSuffix "\"" dot}\\nalpha.example.org\"];"
          "  \"network lan\" [shape=ellipse, label=${lib.removeSuffix "\"" dot} 192.168.7.0/24\"];"
          "  ${dot} -> \"network lan\" [dir=none, label=\"192.168.7.1\"];"
          "}"
          ""
        ];
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
}
