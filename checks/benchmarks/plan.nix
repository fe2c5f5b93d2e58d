# A network of so many nodes with one order between two tags, a tenth of the nodes each: the document of a deploy of everything.
{
  nixpkgs,
  size,
  # "planFor", or "plan" for plan version 1, which has an edge for each pair of an order.
  attribute ? "planFor",
}:
let
  subject = import ../nix/subject.nix { inherit nixpkgs; };
  inherit (subject) lib;

  tagOf =
    index:
    if index < size / 10 then
      "first"
    else if index < size / 5 then
      "next"
    else
      "rest";

  network = subject.evaluate {
    network.name = "bench";
    nodes = lib.listToAttrs (
      lib.genList (index: lib.nameValuePair "node${toString index}" { tags = [ (tagOf index) ]; }) size
    );
    deploy.order.between = {
      nodes = [ "@next" ];
      after = [ "@first" ];
    };
  };
in
if attribute == "plan" then network.plan else network.planFor { command = "plan"; }
