# Networks of many modules: their orders make no circle, though nobody says which one is soft, and if none were they would.
{ subject, ... }:
let
  inherit (subject) lib;
  networks = import ./networks/several-modules.nix { inherit subject; };

  evaluated =
    more: module:
    subject.evaluate {
      imports = [
        module
        more
      ];
      network.name = "many";
    };
  insisting.options.deploy.order = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule { config.soft = lib.mkForce false; });
  };
  failed =
    network:
    map (item: item.message) (builtins.filter (item: !item.assertion) network.config.assertions);
  circles = network: builtins.length (builtins.filter (lib.hasInfix "in a circle") (failed network));
in
{
  "nothing has to be said" = {
    expr = lib.mapAttrs (
      _: module:
      let
        network = evaluated { } module;
      in
      {
        failed = failed network;
        isPlanned = network.plan.steps != { };
      }
    ) networks;
    expected = lib.mapAttrs (_: _: {
      failed = [ ];
      isPlanned = true;
    }) networks;
  };

  "if no order gave way there would be circles" = {
    expr = lib.mapAttrs (_: module: circles (evaluated insisting module) > 0) networks;
    expected = lib.mapAttrs (_: _: true) networks;
  };
}
