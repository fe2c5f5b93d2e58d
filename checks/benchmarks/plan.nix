# A network of so many nodes with one order between two tags, a tenth of the nodes each: the document that a deploy asks for.
{
  nixpkgs,
  size,
  # Which attribute of the network: "planFor" with a request of everything, or "plan".
  attribute ? "planFor",
}:
let
  subject = import ../nix/subject.nix { inherit nixpkgs; };
  inherit (subject) lib;

  tagOf = index: if index < size / 10 then "first" else if index < size / 5 then "next" else "rest";
  network = subject.evaluate {
    network.name = "bench";
    nodes = lib.listToAttrs (
      lib.genList (
        index:
        lib.nameValuePair "node${toString index}" {
          tags = [ (tagOf index) ];
        }
      ) size
    );
    deploy.order.between = {
      first = [ "@first" ];
      next = [ "@next" ];
    };
  };
in
if attribute == "plan" then network.plan else network.planFor { command = "plan"; }
