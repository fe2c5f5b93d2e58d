# Four nodes to put in order: their plan, and what tests add to it.
{ subject }:
let
  inherit (subject) lib modules;
  nodes = lib.genAttrs [ "a" "b" "c" "d" ] (_: { });
  evaluated =
    module:
    subject.evaluate {
      imports = [
        { inherit nodes; }
        module
      ];
      network.name = "order";
    };
in
rec {
  plan = module: (evaluated module).plan;
  resolved = module: (evaluated module).config.resolved;

  # What a step waits for, besides what each step of its kind waits for.
  after =
    module: id:
    let
      inherit (plan module) steps;
      usual = lib.optional (lib.hasPrefix "activate:" id) "copy:${lib.removePrefix "activate:" id}";
    in
    lib.subtractLists usual steps.${id}.after;

  migrate = {
    kind = "command";
    on = "a";
    command = "true";
  };

  mesh = {
    imports = [ modules.wireguard-mesh ];
    nodes = lib.genAttrs [ "a" "b" "c" ] (name: {
      addresses = [ "${name}.example.org" ];
    });
    # Externals take part without being nodes.
    externals.phone.publicKeys.wireguard = "mDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
    wireguard-mesh.wg0 = {
      subnet = "10.10.0.0/24";
      members = lib.genAttrs [ "a" "b" "phone" ] (_: { });
    };
  };

  twoRoles = {
    roles = {
      first.nodes = [
        "a"
        "b"
      ];
      second.nodes = [
        "c"
        "d"
      ];
    };
    deploy.order.roles = {
      nodes = [ "role:second" ];
      after = [ "role:first" ];
    };
  };
}
