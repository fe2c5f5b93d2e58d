# The plan: its exact text, what it must not force, order and identity.
{ subject, ... }:
let
  inherit (subject) lib modules;
  plan = module: (subject.evaluate module).plan;
  refused = value: !(builtins.tryEval (builtins.deepSeq value null)).success;
  named = module: {
    imports = [ module ];
    network.name = lib.mkDefault "home";
  };
in
{
  "snapshot" = {
    expr = plan ./networks/home.nix;
    expected = builtins.fromJSON (builtins.readFile ../expected/plan.json);
  };
  "snapshot of a network with rollouts" = {
    expr = plan ./networks/shop.nix;
    expected = builtins.fromJSON (builtins.readFile ../expected/rollout-plan.json);
  };
  "evaluating the plan evaluates no node and no fact" = {
    expr =
      builtins.attrNames
        (plan (named {
          imports = [ modules.wireguard-mesh ];
          defaults.nixos = throw "a node was evaluated";
          nodes.alpha = {
            nixos = throw "a node was evaluated";
            addresses = [ "alpha" ];
            nixpkgs = subject.pin // {
              outPath = throw "a pin was looked at";
            };
          };
          nodes.beta = {
            facts = throw "a fact was read";
          };
          wireguard-mesh.wg0 = {
            subnet = "10.10.0.0/24";
            members = {
              alpha = { };
              beta = { };
            };
          };
        })).nodes;
    expected = [
      "alpha"
      "beta"
    ];
  };
  "definitions of an order add up, without repetition" = {
    expr =
      (plan (named {
        nodes = {
          a = { };
          b = { };
          c = { };
        };
        deploy.order.one = {
          nodes = [ "c" ];
          after = [
            "a"
            "b"
          ];
        };
        deploy.order.two = {
          nodes = [ "c" ];
          after = [ "b" ];
        };
        deploy.steps."copy:b".after = [ "activate:a" ];
      })).steps;
    expected = {
      "build:a" = {
        kind = "build";
        node = "a";
        after = [ ];
      };
      "copy:a" = {
        kind = "copy";
        node = "a";
        after = [ "build:a" ];
      };
      "activate:a" = {
        kind = "activate";
        node = "a";
        after = [ "copy:a" ];
      };
      "build:b" = {
        kind = "build";
        node = "b";
        after = [ ];
      };
      "copy:b" = {
        kind = "copy";
        node = "b";
        after = [
          "activate:a"
          "build:b"
        ];
      };
      "activate:b" = {
        kind = "activate";
        node = "b";
        after = [ "copy:b" ];
      };
      "build:c" = {
        kind = "build";
        node = "c";
        after = [ ];
      };
      "copy:c" = {
        kind = "copy";
        node = "c";
        after = [ "build:c" ];
      };
      "activate:c" = {
        kind = "activate";
        node = "c";
        after = [
          "activate:a"
          "activate:b"
          "copy:c"
        ];
      };
    };
  };
  "the id follows from the name, or is said" = {
    expr = map (network: (plan { inherit network; }).network.id) [
      { name = "home"; }
      {
        name = "other";
        id = "mine";
      }
    ];
    expected = [
      (builtins.substring 0 32 (builtins.hashString "sha256" "netlib-network/home"))
      "mine"
    ];
  };
  "networks are called by their attribute" = {
    expr = (subject.outputsOf { office = { }; }).netlibConfigurations.office.plan.network.name;
    expected = "office";
  };
  "two networks with one id and two names are refused" = {
    expr =
      refused
        (subject.outputsOf {
          a.network.id = "x";
          b.network.id = "x";
        }).netlibConfigurations.a.plan;
    expected = true;
  };
  "two networks do not share a file of facts" = {
    expr =
      let
        network = {
          nodes.alpha = { };
          facts.alpha.key = {
            description = "a key";
            script = "true";
          };
        };
      in
      map refused [
        (subject.outputsOf {
          a = network;
          b = network;
        }).netlibConfigurations.a.plan
        (subject.outputsOf {
          a = network;
          b.nodes.alpha = { };
        }).netlibConfigurations.a.plan
      ];
    expected = [
      true
      false
    ];
  };
  "two systems do not share an output" = {
    expr =
      refused
        (subject.outputsOf {
          a.nodes.b-c = { };
          a-b.nodes.c = { };
        }).nixosConfigurations.a-b-c;
    expected = true;
  };
  "outputs of several networks" = {
    expr =
      let
        outputs = subject.outputsOf {
          default = {
            network.name = "home";
            nodes.alpha = { };
          };
          lab = {
            nodes.alpha = { };
          };
        };
      in
      {
        systems = builtins.attrNames outputs.nixosConfigurations;
        apps = builtins.attrNames outputs.apps.x86_64-linux;
        checks = builtins.attrNames outputs.checks.x86_64-linux;
      };
    expected = {
      systems = [
        "alpha"
        "lab-alpha"
      ];
      apps = [
        "command"
        "command-lab"
        "deploy"
        "deploy-lab"
        "netlib"
        "render"
        "render-lab"
        "run"
        "run-lab"
      ];
      checks = [
        "netlib-default"
        "netlib-lab"
      ];
    };
  };
  "a failed assertion stops the plan and each toplevel" = {
    expr =
      let
        network = subject.evaluate (named {
          nodes.alpha = { };
          assertions = [
            {
              assertion = false;
              message = "no";
            }
          ];
        });
      in
      map refused [
        network.plan
        network.toplevels.alpha.drvPath
        network.factPrograms.alpha.drvPath
      ];
    expected = [
      true
      true
      true
    ];
  };
}
