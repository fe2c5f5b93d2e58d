# Selectors: the cases that the driver runs too.
{ subject, ... }:
let
  inherit (subject) lib;
  errors = import ../../../lib/errors.nix { inherit lib; };
  selector = import ../../../lib/selector.nix { inherit lib errors; };
  table = lib.importJSON ../../selectors.json;

  roles = lib.unique (lib.concatMap (node: node.roles) (builtins.attrValues table.nodes));
  context = selector.contextOf {
    tags = lib.mapAttrs (_: node: node.tags) table.nodes;
    members = lib.genAttrs roles (
      role:
      lib.mapAttrs (_: _: true) (lib.filterAttrs (_: node: builtins.elem role node.roles) table.nodes)
    );
    instances = lib.mapAttrs (_: nodes: lib.genAttrs nodes (_: true)) table.modules;
  };
  plain =
    resolved:
    resolved
    // {
      problems = map (problem: removeAttrs problem [ "message" "written" ]) resolved.problems;
    };
in
lib.listToAttrs (
  map (
    case:
    lib.nameValuePair case.name {
      expr = plain (selector.resolve context case.selectors);
      expected = { inherit (case) nodes problems; };
    }
  ) table.cases
)
// {
  "the table has cases" = {
    expr = builtins.length table.cases > 40;
    expected = true;
  };
  "roles that selectors refer to" = {
    expr =
      selector.namedIn "role"
        [ "base" "web" "work" ]
        [
          "role:w* & !web1"
          "@edge"
          "module:base.*"
          "!role:base"
        ];
    expected = [
      "web"
      "work"
      "base"
    ];
  };
  "instances that selectors refer to" = {
    expr =
      selector.namedIn "module"
        [ "hello.morning" "wireguard-mesh.wg0" ]
        [
          "module:wireguard-*"
          "role:hello.morning"
        ];
    expected = [ "wireguard-mesh.wg0" ];
  };
}
