# The module's example from its README as a test, and that a node never loses its last deployer.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.deploy-access
        module
      ];
      network.name = "example";
    };
  key = index: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${lib.fixedWidthString 43 "A" (toString index)}";
  failures =
    evaluated:
    map (item: item.message) (builtins.filter (item: !item.assertion) evaluated.config.assertions);
  says = words: module: builtins.any (lib.hasInfix words) (failures (evaluate module));
  tableOf =
    module:
    (import ./table.nix {
      inherit lib;
      inherit (subject) netlib;
    } (evaluate module).config).nodes;
  example = tableOf ./example.nix;
in
{
  "the README's example: deployers, accounts and keys of each node" = {
    expr = example;
    expected = {
      alpha = {
        user = "deploy";
        accounts = [ "deploy" ];
        deployers = [ "anna" ];
        unable = [ ];
        keys = [
          "restrict ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG anna"
        ];
      };
      beta = {
        user = "root";
        accounts = [ "root" ];
        deployers = [
          "anna"
          "ci"
        ];
        unable = [ ];
        keys = [
          "restrict ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG anna"
          "restrict,from=\"192.0.2.0/24\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJHefTz7ry5IEYw3xj17cQsCsJqQdOHwZmpgoqwZog/ ci"
        ];
      };
    };
  };

  "the README's example: nothing is refused" = {
    expr = failures (evaluate ./example.nix);
    expected = [ ];
  };

  "a node without deployer is refused" = {
    expr = says "no deployer is left for the node `beta`" {
      nodes.alpha = { };
      nodes.beta = { };
      deploy-access.deployers.anna = {
        keys = [ (key 1) ];
        nodes = [ "alpha" ];
      };
    };
    expected = true;
  };

  "so is a network whose last deployer was removed" = {
    expr = says "no deployer is left for the node `alpha`" { nodes.alpha = { }; };
    expected = true;
  };

  "a deployer without a key counts as none" = {
    expr = says "(`anna` has no key there, or only revoked ones)" {
      nodes.alpha = { };
      deploy-access.deployers.anna = { };
    };
    expected = true;
  };

  "one that has no key for anything is refused, also beside others" = {
    expr = says "deploy-access.deployers.ci has no key that opens anything" {
      nodes.alpha = { };
      deploy-access.deployers.anna.keys = [ (key 1) ];
      deploy-access.deployers.ci = { };
    };
    expected = true;
  };

  "keys permit nothing but commands, what is said, and forwarding where others jump through" = {
    expr =
      lib.mapAttrs (_: node: map (line: builtins.head (lib.splitString " " line)) node.keys)
        (tableOf {
          nodes.alpha.addresses = [ "alpha.example.org" ];
          nodes.beta.target.sshOptions = [
            "-o"
            "ProxyJump=deploy@alpha.example.org:2222"
          ];
          nodes.gamma.target.sshOptions = [
            "-J"
            "beta"
          ];
          deploy-access.deployers.anna = {
            keys = [ (key 1) ];
            permissions = [ "pty" ];
          };
          deploy-access.deployers.ci.keys = [ (key 2) ];
        });
    expected = {
      alpha = [
        "restrict,pty,port-forwarding"
        "restrict,port-forwarding"
      ];
      beta = [
        "restrict,pty,port-forwarding"
        "restrict,port-forwarding"
      ];
      gamma = [
        "restrict,pty"
        "restrict"
      ];
    };
  };

  "nor does one whose key ssh-access revokes" = {
    expr =
      let
        lost = {
          imports = [ modules.ssh-access ];
          nodes.alpha = { };
          ssh-access.users.anna = {
            keys = [ "${key 1} anna@laptop" ];
            left = true;
          };
          deploy-access.deployers.anna.keys = [ "${key 1} anna" ];
        };
      in
      {
        refused = says "no deployer is left for the node `alpha`" lost;
        keys =
          (tableOf {
            imports = [ lost ];
            deploy-access.deployers.ben.keys = [ (key 2) ];
          }).alpha.keys;
      };
    expected = {
      refused = true;
      keys = [ "restrict ${key 2}" ];
    };
  };

  "fewer than the minimum are refused, and one key twice is one deployer" = {
    expr =
      let
        two = ben: {
          nodes.alpha = { };
          deploy-access.minimum = 2;
          deploy-access.deployers = {
            anna.keys = [ "${key 1} anna" ];
            ben.keys = [ "${ben} ben" ];
            ci = {
              keys = [ (key 3) ];
              nodes = [ ];
            };
          };
        };
      in
      {
        good = failures (evaluate (two (key 2)));
        twins = says "have the same key, so they are one deployer" (two (key 1));
        few = says "has 1 deployer(s) (`anna`), deploy-access.minimum is 2" {
          nodes.alpha = { };
          deploy-access.minimum = 2;
          deploy-access.deployers.anna.keys = [ (key 1) ];
        };
      };
    expected = {
      good = [ ];
      twins = true;
      few = true;
    };
  };

  "an account that only ssh knows is refused" = {
    expr =
      map
        (
          words:
          says words {
            _file = "/home/me/alpha.nix";
            nodes.alpha.target.user = null;
            deploy-access.deployers.anna.keys = [ (key 1) ];
          }
        )
        [
          "nodes.alpha.target.user is null"
          "deploy-access.unmanaged, in `/home/me/alpha.nix`."
        ];
    expected = [
      true
      true
    ];
  };

  "the deployer's own machine and what is unmanaged need nobody" = {
    expr = failures (evaluate {
      nodes.here.target.local = true;
    });
    expected = [ ];
  };

  "each node with deployers is checked" = {
    expr = lib.mapAttrs (_: builtins.attrNames) (
      lib.mapAttrs (_: node: node.checks)
        (evaluate {
          imports = [ ./example.nix ];
          nodes.here.target.local = true;
        }).plan.nodes
    );
    expected = {
      alpha = [ "deploy-access" ];
      beta = [ "deploy-access" ];
      here = [ ];
    };
  };
}
