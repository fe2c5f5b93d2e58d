# Selectors: the cases that the driver runs too.
{ subject, ... }:
let
  inherit (subject) lib;
  errors = import ../../../lib/errors.nix { inherit lib; };
  selector = import ../../../lib/selectors { inherit lib errors; };
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
      problems = map (
        problem:
        removeAttrs problem [
          "message"
          "written"
        ]
      ) resolved.problems;
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
  "what is said of mistakes" = {
    expr = map (problem: problem.message) (
      (selector.resolve context [
        "databsae1"
        "@egde & !role:wen"
        "module:*.home"
        "web{1,2}"
        " "
        "[a"
        (lib.concatStrings (lib.replicate 1001 "x"))
      ]).problems
    );
    expected = [
      "there is no node `databsae1`. Did you mean `database1`? Nodes are `database1`, `database2`, `monitor`, `web1`, `web10`, `web2`"
      "there is no tag `egde`. Did you mean `edge`? Tags are `edge`, `rack-1`, `rack-2`, `rack.3`"
      "there is no role `wen`. Did you mean `web`? Roles are `base`, `database`, `web`"
      "no instance of a module matches `*.home`. Instances are `hello.morning`, `wireguard-mesh.unused`, `wireguard-mesh.wg0`, `wireguard-mesh.wg1`"
      "`web{1,2}` is not a valid selector. There are no braces: write `web[12]` or `web1,web2`"
      "` ` is not a valid selector. It names nothing"
      "`[a` is not a valid selector. Selectors are a node, a pattern such as `web*`, `@tag`, `role:web`, `module:hello.morning`, each with `!` for the others, joined by `&`"
      "`${lib.concatStrings (lib.replicate 80 "x")}…` (1001 bytes) is not a valid selector. It has more than 1000 characters"
    ];
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
