# Commands of users among the other steps.
{ subject, ... }:
let
  inherit (import ./networks/four-nodes.nix { inherit subject; })
    plan
    after
    migrate
    mesh
    twoRoles
    ;
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
        node = "a";
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
