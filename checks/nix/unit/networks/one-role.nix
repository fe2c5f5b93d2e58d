# One role with so many nodes, n1 and up.
{ subject }:
let
  inherit (subject) lib;
in
rec {
  nodesOf = count: lib.genAttrs (map (index: "n${toString index}") (lib.range 1 count)) (_: { });

  plan =
    module:
    (subject.evaluate {
      imports = [ module ];
      network.name = "rollouts";
    }).plan;

  role =
    count: rollout:
    plan {
      nodes = nodesOf count;
      roles.all = {
        nodes = [ "*" ];
        inherit rollout;
      };
    };
}
