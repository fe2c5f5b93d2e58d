# The texts of two lock files that both changed: of each input the pin that was made later, written as Nix writes it.
{ ours, theirs }:
let
  a = builtins.fromJSON ours;
  b = builtins.fromJSON theirs;
  time = node: node.locked.lastModified or 0;

  inputsOf = name: (b.nodes.${name}.inputs or { }) // (a.nodes.${name}.inputs or { });
  chosen =
    name:
    if !(a.nodes ? ${name}) then
      b.nodes.${name}
    else if !(b.nodes ? ${name}) then
      a.nodes.${name}
    else if a.nodes.${name}.original or null != b.nodes.${name}.original or null then
      throw "${name} is another input in each"
    else if time b.nodes.${name} > time a.nodes.${name} then
      b.nodes.${name}
    else
      a.nodes.${name};
  node =
    name:
    let
      inputs = inputsOf name;
    in
    removeAttrs (chosen name) [ "inputs" ] // (if inputs == { } then { } else { inherit inputs; });

  pretty =
    indent: value:
    let
      further = indent + "  ";
      block =
        open: close: lines:
        "${open}\n${builtins.concatStringsSep ",\n" (map (line: further + line) lines)}\n${indent}${close}";
    in
    if builtins.isAttrs value && value != { } then
      block "{" "}" (
        map (name: "${builtins.toJSON name}: ${pretty further value.${name}}") (builtins.attrNames value)
      )
    else if builtins.isList value && value != [ ] then
      block "[" "]" (map (pretty further) value)
    else
      builtins.toJSON value;
in
assert a.version == b.version && a.root == b.root;
pretty "" (a // { nodes = builtins.mapAttrs (name: _: node name) (b.nodes // a.nodes); }) + "\n"
