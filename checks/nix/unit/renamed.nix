# Names that options had before: each is refused with the new one, before anything else, and nothing of it is looked at.
{ subject, ... }:
let
  inherit (subject) lib;

  network =
    module:
    (subject.evaluate {
      imports = [ module ];
      network.name = "home";
      nodes.alpha = { };
    });
  found = module: map (item: "${item.old} -> ${item.new}") (network module).config.renamed;
  refused = module: !(builtins.tryEval (builtins.deepSeq (network module).plan true)).success;
in
{
  "every old name leads to the new one" = {
    expr = lib.mapAttrs (_: found) {
      none.nodes.alpha.nixos = { };
      node.nodes.alpha.configuration.lies = throw "looked at";
      role.roles.web.configuration.lies = throw "looked at";
      facts.gather.alpha.key.script = throw "looked at";
      order.deploy.order.x = {
        first = [ "alpha" ];
        next = [ "nowhere" ];
        yields = true;
      };
      timing.rollout.minHealthyTime = 30;
      timingOfRole.roles.web.rollout.progressDeadline = 30;
      defaultsAsFile.defaults = ./nowhere.nix;
      defaultsAsFunction.defaults = { pkgs, ... }: { environment.systemPackages = [ pkgs.hello ]; };
      defaultsAsSet.defaults.services.openssh.enable = true;
      defaultsOfBoth.defaults = lib.mkMerge [
        { nixos = { }; }
        { imports = [ ]; }
      ];
    };
    expected =
      let
        ofDefaults = [ "NixOS configuration in defaults -> defaults.nixos" ];
      in
      {
        none = [ ];
        node = [ "nodes.alpha.configuration -> nodes.alpha.nixos" ];
        role = [ "roles.web.configuration -> roles.web.nixos" ];
        facts = [ "gather -> facts" ];
        order = [
          "deploy.order.x.first -> deploy.order.x.after"
          "deploy.order.x.next -> deploy.order.x.nodes"
          "deploy.order.x.yields -> deploy.order.x.soft"
        ];
        timing = [ "rollout.minHealthyTime -> rollout.timing.minHealthyTime" ];
        timingOfRole = [
          "roles.web.rollout.progressDeadline -> roles.web.rollout.timing.progressDeadline"
        ];
        defaultsAsFile = ofDefaults;
        defaultsAsFunction = ofDefaults;
        defaultsAsSet = ofDefaults;
        defaultsOfBoth = ofDefaults;
      };
  };

  "a network with an old name has no plan" = {
    expr = map refused [
      { }
      { nodes.alpha.configuration = { }; }
    ];
    expected = [
      false
      true
    ];
  };
}
