# Commands of users among the other steps.
{ subject, ... }:
let
  inherit (subject) lib modules;
  nodes = lib.genAttrs [ "a" "b" "c" "d" ] (_: { });
  plan =
    module:
    (subject.evaluate {
      imports = [
        { inherit nodes; }
        module
      ];
      network.name = "order";
    }).plan;
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
      first = [ "role:first" ];
      next = [ "role:second" ];
    };
  };
in
{
  "a command after the members of an instance" = {
    expr = after {
      imports = [ mesh ];
      deploy.steps.migrate = migrate // {
        after = [ "module:wireguard-mesh.wg0" ];
      };
    } "migrate";
    expected = [
      "activate:a"
      "activate:b"
    ];
  };
  "a command between nodes" = {
    expr =
      let
        module.deploy.steps.migrate = migrate // {
          after = [
            "a"
            "copy:c"
          ];
          before = [ "c" ];
        };
      in
      map (after module) [
        "migrate"
        "activate:c"
      ];
    expected = [
      [
        "activate:a"
        "copy:c"
      ]
      [ "migrate" ]
    ];
  };
  "a command between two rollouts" = {
    expr =
      let
        module = {
          imports = [ twoRoles ];
          rollout.canary = true;
          deploy.steps.migrate = migrate // {
            after = [ "role:first" ];
            before = [ "role:second" ];
          };
        };
      in
      map (after module) [
        "migrate"
        "gate:second:0"
      ];
    expected = [
      [ "gate:first:2" ]
      [
        "gate:first:2"
        "migrate"
      ]
    ];
  };
  "commands around one activation, seen by the gate" = {
    expr =
      let
        module = {
          roles.all = {
            nodes = [ "*" ];
            rollout.canary = true;
          };
          deploy.steps.drain = migrate // {
            after = [ "gate:all:0" ];
            before = [ "activate:a" ];
          };
          deploy.steps.uncordon = migrate // {
            after = [ "activate:a" ];
            before = [ "gate:all:1" ];
          };
        };
      in
      map (after module) [
        "drain"
        "activate:a"
        "uncordon"
        "gate:all:1"
      ];
    expected = [
      [ "gate:all:0" ]
      [
        "drain"
        "gate:all:0"
      ]
      [ "activate:a" ]
      [
        "gate:all:0"
        "uncordon"
      ]
    ];
  };
  "commands after commands" = {
    expr = after {
      deploy.steps.one = migrate;
      deploy.steps.two = migrate // {
        after = [ "one" ];
      };
    } "two";
    expected = [ "one" ];
  };
  "a step is meant before a node of the same name" = {
    expr = after {
      deploy.steps.a = migrate;
      deploy.steps.two = migrate // {
        after = [ "a" ];
      };
    } "two";
    expected = [ "a" ];
  };
  "a command in the plan" = {
    expr =
      (plan {
        deploy.steps.migrate = migrate // {
          timeout = 30;
        };
        deploy.steps.announce = migrate // {
          on = "deployer";
        };
      }).steps;
    expected = (plan { }).steps // {
      migrate = {
        kind = "command";
        on = "node:a";
        program = "step-migrate";
        timeout = 30;
        after = [ ];
      };
      announce = {
        kind = "command";
        on = "deployer";
        program = "step-announce";
        timeout = 600;
        after = [ ];
      };
    };
  };
}
