# Documents for requests: what is selected, walked and evaluated, what is wrong with a request, and what none of it forces.
{ subject, ... }:
let
  inherit (subject) lib modules;
  named = module: {
    imports = [ module ];
    network.name = lib.mkDefault "home";
  };
  planFor = module: (subject.evaluate module).planFor;
  shop = planFor ./networks/shop.nix;
  home = planFor ./networks/home.nix;
  selected = document: builtins.attrNames (lib.filterAttrs (_: node: node.selected) document.nodes);
  gathering = {
    command = "facts";
    folder = "/net";
    system = "x86_64-linux";
  };
  idsOf = document: builtins.attrNames document.steps;
  kindsOf =
    document:
    lib.remove "barrier" (lib.unique (lib.mapAttrsToList (_: step: step.kind) document.steps));

  # Two groups of so many nodes, one after the other.
  groups =
    size:
    named {
      nodes = lib.listToAttrs (
        lib.concatMap (index: [
          (lib.nameValuePair "a${toString index}" { tags = [ "first" ]; })
          (lib.nameValuePair "b${toString index}" { tags = [ "next" ]; })
        ]) (lib.range 1 size)
      );
      deploy.order.groups = {
        nodes = [ "@next" ];
        after = [ "@first" ];
      };
    };
in
{
  "without a selector every node is meant" = {
    expr = selected (home { });
    expected = [
      "alpha"
      "beta"
    ];
  };
  "what is wrong with a request is text, and nothing is left to be walked" = {
    expr =
      let
        document = shop {
          on = [
            "wbe1"
            "@egde"
            "role:none"
            "x*"
            "a && b"
            ""
          ];
          rollouts = [ "databse" ];
          goal = "swich";
          preview = "yes";
          wish = 1;
        };
      in
      {
        inherit (document)
          problems
          nodes
          steps
          rollouts
          ;
        inherit (document.evaluate) toplevels;
      };
    expected = {
      problems = [
        "the request has the field `wish`, which this netlib library does not know. Update the netlib input of the flake: it is older than the netlib command."
        "goal cannot be `swich`. Did you mean `switch`? It is one of `boot`, `build`, `copy`, `dry-activate`, `switch`, `test`."
        "preview cannot be `yes`. It is true or false."
        "there is no node `wbe1`. Did you mean `web1`? Nodes are `database1`, `database2`, `monitor`, `web1`, `web2`, `web3`, `web4`, `web5`."
        "there is no tag `egde`. Did you mean `edge`? Tags are `edge`."
        "there is no role `none`. Roles are `base`, `database`, `web`."
        "no node matches `x*`. Nodes are `database1`, `database2`, `monitor`, `web1`, `web2`, `web3`, `web4`, `web5`."
        "`a && b` is not a valid selector. Use a single `&` for what both name."
        "`` is not a valid selector. It names nothing."
        "there is no rollout `databse`. Did you mean `database`? Rollouts are `database`, `web`."
      ];
      nodes = { };
      steps = { };
      rollouts = { };
      toplevels = [ ];
    };
  };
  "a request of any other shape is told so" = {
    expr = map (request: (home request).problems) [
      null
      [ ]
      "deploy"
      { on = "alpha"; }
      { on = [ 1 ]; }
      { command = "depoly"; }
      { version = 4; }
      { version = "2"; }
    ];
    expected = [
      [ "a request is a set of fields, not a value of type null." ]
      [ "a request is a set of fields, not a value of type list." ]
      [ "a request is a set of fields, not a value of type string." ]
      [ "on cannot be `alpha`. It is a list of texts." ]
      [ "on is a list of texts, not a value of type list." ]
      [
        "command cannot be `depoly`. Did you mean `deploy`? It is one of `approve`, `check`, `deploy`, `diff`, `exec`, `facts`, `plan`, `rollback`, `run`, `status`."
      ]
      [
        "the request has version 4, and this netlib library understands version 3. Use the netlib command of the flake's own netlib: nix run .#netlib."
      ]
      [
        "the request has version of type string, and this netlib library understands version 3. Use the netlib command of the flake's own netlib: nix run .#netlib."
      ]
    ];
  };
  "an intersection that leaves nobody is a problem" = {
    expr = (shop { on = [ "web1 & web2" ]; }).problems;
    expected = [
      "no node is left of `web1 & web2`: an intersection or an exclusion leaves none. `netlib plan` lists the nodes with their tags and roles."
    ];
  };
  "long words and long lists are cut, between characters" = {
    expr =
      let
        many = planFor (named {
          nodes = lib.genAttrs (map (n: "n${toString n}") (lib.range 10 39)) (_: { });
        });
        long = lib.concatStrings (lib.replicate 100000 "ä");
      in
      map (problem: builtins.stringLength (builtins.toJSON problem) < 600) (
        (many {
          on = [
            long
            "no${lib.concatStrings (lib.replicate 200 "x")}"
            "n1"
          ];
        }).problems
      )
      ++ [
        (lib.hasInfix "`n29`, … (30 in all)" (builtins.head (many { on = [ "nobody" ]; }).problems))
      ];
    expected = [
      true
      true
      true
      true
    ];
  };
  "neither a node, a pin nor a fact is evaluated" = {
    expr =
      let
        network = planFor (named {
          imports = [ modules.wireguard-mesh ];
          defaults.nixos = throw "a node was evaluated";
          nodes.alpha = {
            nixos = throw "a node was evaluated";
            addresses = [ "alpha" ];
            nixpkgs = subject.pin // {
              outPath = throw "a pin was looked at";
            };
          };
          nodes.beta.facts = throw "a fact was read";
          wireguard-mesh.wg0 = {
            subnet = "10.10.0.0/24";
            members = {
              alpha = { };
              beta = { };
            };
          };
        });
      in
      map (request: builtins.attrNames (builtins.fromJSON (builtins.toJSON (network request))).nodes) [
        { }
        {
          command = "plan";
          on = [ "alpha" ];
        }
        {
          command = "facts";
          folder = "/net";
        }
      ];
    expected = [
      [
        "alpha"
        "beta"
      ]
      [ "alpha" ]
      [
        "alpha"
        "beta"
      ]
    ];
  };
  "a goal leaves out what it does not carry out" = {
    expr = lib.genAttrs [ "build" "copy" "dry-activate" "boot" "switch" ] (
      goal:
      kindsOf (shop {
        inherit goal;
      })
    );
    expected = {
      build = [ "build" ];
      copy = [
        "build"
        "copy"
      ];
      dry-activate = [
        "activate"
        "build"
        "copy"
      ];
      boot = [
        "activate"
        "build"
        "copy"
        "gate"
      ];
      switch = [
        "activate"
        "command"
        "build"
        "check"
        "copy"
        "gate"
      ];
    };
  };
  "a rollout without gates is none" = {
    expr = (shop { goal = "copy"; }).rollouts;
    expected = { };
  };
  "a node's own goal is what it is taken to, unless the request has one" = {
    expr =
      map (document: lib.mapAttrs (_: node: node.activation.goal) document.nodes) [
        (home { })
        (home { goal = "test"; })
      ]
      ++ [ (home { reboot = true; }).nodes.beta.activation.reboot ];
    expected = [
      {
        alpha = "boot";
        beta = "switch";
      }
      {
        alpha = "test";
        beta = "test";
      }
      "when-needed"
    ];
  };
  "a node may be called deployer" = {
    expr = idsOf (planFor (named { nodes.deployer = { }; }) { on = [ "deployer" ]; });
    expected = [
      "activate:deployer"
      "build:deployer"
      "copy:deployer"
    ];
  };
  "a restart is a boot on trial where the node says so, and its goal brings what boots" = {
    expr =
      let
        trial = planFor (named {
          activation.bootOnce = true;
          nodes.alpha = { };
          nodes.beta.activation = {
            bootOnce = false;
            reboot = "when-needed";
          };
        });
        of = request: lib.mapAttrs (_: node: node.activation.bootOnce or false) (trial request).nodes;
      in
      map of [
        { }
        { reboot = true; }
        {
          reboot = true;
          goal = "test";
        }
      ];
    expected = [
      {
        alpha = false;
        beta = false;
      }
      {
        alpha = true;
        beta = false;
      }
      {
        alpha = false;
        beta = false;
      }
    ];
  };
  "who is contacted besides the selected nodes" = {
    expr =
      let
        document = shop { on = [ "database2" ]; };
      in
      {
        others = builtins.attrNames (lib.filterAttrs (_: node: !node.selected) document.nodes);
        anotherOne = document.nodes.web1;
        inherit (document) evaluate;
        inherit (document.rollouts.database) coordinator nodes reverts;
      };
    expected = {
      others = [
        "database1"
        "web1"
        "web2"
        "web3"
        "web4"
        "web5"
      ];
      anotherOne = {
        connect = false;
        names = "web1";
        selected = false;
        system = "x86_64-linux";
        target = {
          host = "web1";
          local = false;
          port = null;
          sshOptions = [ ];
          user = "root";
        };
      };
      evaluate = {
        toplevels = [ "database2" ];
        programs = [
          "database2"
          "web1"
          "web2"
          "web3"
          "web4"
          "web5"
        ];
      };
      coordinator = "database1";
      nodes = [ "database2" ];
      reverts = [ [ "database2" ] ];
    };
  };
  "who is asked as soon as a run begins" = {
    expr = map (document: lib.mapAttrs (_: node: node.connect) document.nodes) [
      (home { goal = "build"; })
      (home { command = "status"; })
      (planFor (named {
        nodes.alpha = { };
        nodes.beta = { };
        facts.beta.key = {
          description = "a key";
          script = "true";
        };
      }) gathering)
    ];
    expected = [
      {
        alpha = false;
        beta = false;
      }
      {
        alpha = true;
        beta = true;
      }
      {
        alpha = false;
        beta = true;
      }
    ];
  };
  "what each command evaluates, and whether it walks" = {
    expr =
      lib.genAttrs
        [
          "deploy"
          "plan"
          "status"
          "diff"
          "check"
          "exec"
          "rollback"
        ]
        (
          command:
          let
            document = shop {
              inherit command;
              on = [ "web1" ];
            };
          in
          {
            inherit (document.evaluate) toplevels;
            programs = builtins.attrNames document.programs;
            walks = document.steps != { };
            shows = document.text != null;
          }
        );
    expected =
      let
        nothing = {
          toplevels = [ ];
          programs = [ ];
          walks = false;
          shows = false;
        };
        each = nothing // {
          walks = true;
        };
        systems = nothing // {
          toplevels = [ "web1" ];
        };
        looks = nothing // {
          programs = [
            "deployer"
            "node:web1"
          ];
        };
        deploys = looks // {
          # With the others of a rollout that has a pause.
          toplevels = map (index: "web${toString index}") (lib.range 1 5);
          walks = true;
        };
      in
      {
        deploy = deploys;
        plan = deploys // {
          shows = true;
        };
        status = systems;
        diff = systems;
        check = looks;
        exec = each;
        rollback = each;
      };
  };
  "a command that stands alone belongs to every deploy, and to nothing else" = {
    expr =
      let
        network = planFor (named {
          nodes.alpha = { };
          nodes.beta = { };
          deploy.steps.announce = {
            kind = "command";
            on = "deployer";
            command = "true";
          };
        });
        has =
          command:
          network {
            inherit command;
            on = [ "beta" ];
          };
      in
      map (command: (has command).steps ? announce) [
        "deploy"
        "status"
        "exec"
      ];
    expected = [
      true
      false
      false
    ];
  };
  "approve is about rollouts" = {
    expr =
      let
        some = shop {
          command = "approve";
          rollouts = [ "web" ];
        };
        all = shop { command = "approve"; };
      in
      {
        some = builtins.attrNames some.nodes;
        # Others are the fallback of a coordinator that does not answer.
        all = builtins.attrNames all.nodes;
        rollouts = builtins.attrNames all.rollouts;
        none = (home { command = "approve"; }).problems;
      };
    expected = {
      some = map (number: "web${toString number}") (lib.range 1 5);
      all = [
        "database1"
        "database2"
      ]
      ++ map (number: "web${toString number}") (lib.range 1 5);
      rollouts = [
        "database"
        "web"
      ];
      none = [ "the network has no rollouts, so nothing can wait for approval." ];
    };
  };
  "what is approved does not depend on the selection, and its systems are evaluated" = {
    expr =
      let
        all = shop { };
        some = shop { on = [ "web1" ]; };
        other = shop { on = [ "database1" ]; };
        elsewhere = planFor {
          imports = [ ./networks/shop.nix ];
          roles.web.rollout.maxFailures = lib.mkForce 2;
        } { };
        digestOf = document: document.rollouts.web.digest;
      in
      {
        same = digestOf all == digestOf some;
        changed = (digestOf all).rollout != (digestOf elsewhere).rollout;
        some = some.evaluate.toplevels;
        # Nobody approves a rollout that has no pause.
        other = other.evaluate.toplevels;
        selected = selected some;
      };
    expected = {
      same = true;
      changed = true;
      some = [
        "web1"
        "web2"
        "web3"
        "web4"
        "web5"
      ];
      other = [ "database1" ];
      selected = [ "web1" ];
    };
  };
  "an order between groups is one step" = {
    expr =
      let
        document = planFor (groups 5) { };
      in
      {
        barrier = document.steps."barrier:deploy.order.groups";
        inherit (document.steps."activate:b3") after;
      };
    expected = {
      barrier = {
        kind = "barrier";
        after = map (index: "activate:a${toString index}") (lib.range 1 5);
      };
      after = [
        "barrier:deploy.order.groups"
        "copy:b3"
      ];
    };
  };
  "a barrier goes where a selection leaves few edges" = {
    expr =
      let
        document = planFor (groups 5) {
          on = [
            "a1"
            "@next"
          ];
        };
      in
      {
        barriers = builtins.filter (lib.hasPrefix "barrier:") (idsOf document);
        inherit (document.steps."activate:b3") after;
      };
    expected = {
      barriers = [ ];
      after = [
        "activate:a1"
        "copy:b3"
      ];
    };
  };
  "a node in the middle that is left out becomes a barrier where that pays" = {
    expr =
      let
        network = planFor (named {
          nodes = lib.genAttrs [ "a1" "a2" "a3" "c1" "c2" "c3" ] (_: { }) // {
            b.deploy = {
              after = [ "a*" ];
              before = [ "c*" ];
            };
          };
        });
        document = network { on = [ "!b" ]; };
      in
      {
        barrier = document.steps."barrier:activate:b";
        inherit (document.steps."activate:c2") after;
        # With one of them, the edge is direct.
        single =
          (network {
            on = [
              "a1"
              "c*"
            ];
          }).steps."activate:c2".after;
      };
    expected = {
      barrier = {
        kind = "barrier";
        after = [
          "activate:a1"
          "activate:a2"
          "activate:a3"
        ];
      };
      after = [
        "barrier:activate:b"
        "copy:c2"
      ];
      single = [
        "activate:a1"
        "copy:c2"
      ];
    };
  };
  "steps grow with nodes, not with pairs" = {
    expr =
      let
        edges =
          size:
          lib.foldl' (sum: step: sum + builtins.length step.after) 0 (
            builtins.attrValues (planFor (groups size) { }).steps
          );
      in
      map edges [
        10
        20
        40
      ];
    expected = [
      60
      120
      240
    ];
  };
  "a long chain does not exhaust the stack" = {
    expr =
      let
        name = index: "n${toString index}";
        document =
          planFor
            (named {
              nodes = lib.listToAttrs (
                lib.genList (
                  index:
                  lib.nameValuePair (name index) { deploy.after = lib.optional (index > 0) (name (index - 1)); }
                ) 1500
              );
            })
            {
              command = "plan";
              on = [
                "n0"
                "n1499"
              ];
            };
      in
      document.steps."activate:n1499".after;
    expected = [
      "activate:n0"
      "copy:n1499"
    ];
  };
  "evaluated as one set" = {
    expr =
      let
        network = subject.evaluate ./networks/shop.nix;
        inherit
          (network.planFor {
            on = [ "web1" ];
            system = "x86_64-linux";
          })
          evaluate
          ;
        namesOf = lib.mapAttrs (
          _: attributes: if builtins.isAttrs attributes then builtins.attrNames attributes else attributes
        );
      in
      namesOf (network.jobsFor { inherit evaluate; });
    expected = {
      recurseForDerivations = true;
      toplevels = [
        "recurseForDerivations"
        "web1"
        "web2"
        "web3"
        "web4"
        "web5"
      ];
      programs = [
        "recurseForDerivations"
        "web1"
      ];
      deployerPrograms = [
        "recurseForDerivations"
        "x86_64-linux"
      ];
    };
  };
  "facts are said by nodes that have some, and written by the deployer whatever became of them" = {
    expr =
      let
        document = planFor (named {
          nodes.alpha = { };
          nodes.beta = { };
          facts.beta.key = {
            description = "a key";
            pattern = "[a-z]+";
            script = "true";
          };
        }) gathering;
      in
      {
        inherit (document) steps evaluate programs;
      };
    expected = {
      steps = {
        "facts:beta" = {
          kind = "command";
          on = "node:beta";
          node = "beta";
          program = "gather";
          timeout = 120;
          after = [ ];
          facts.key = "[a-z]+";
        };
        record-facts = {
          kind = "command";
          on = "deployer";
          program = "record-facts";
          timeout = 120;
          after = [ ];
          afterCompletion = [ "facts:beta" ];
        };
      };
      evaluate = {
        toplevels = [ ];
        factPrograms = [ "beta" ];
        recorders = [ "x86_64-linux" ];
      };
      programs = {
        "node:beta" = {
          attribute = "factPrograms";
          node = "beta";
        };
        deployer = {
          attribute = "recorders";
          node = "x86_64-linux";
        };
      };
    };
  };
  "facts have no place beside a flake that is elsewhere or in the store" = {
    expr =
      map
        (
          folder:
          (home {
            command = "facts";
            inherit folder;
          }).problems
        )
        [
          null
          "/nix/store/3213bgxjkn9dpnqip92jqkm6nhiz1qbw-source"
          "/nix/stored"
        ];
    expected = [
      [
        "facts are kept in files beside the flake, but this one is not a folder on this machine. Clone it, and run netlib there, or name the folder: --flake path/to/clone."
      ]
      [
        "facts are kept in files beside the flake, but this one is in the Nix store, which nobody may change. Name the folder that it was copied from: --flake path/to/folder."
      ]
      [ ]
    ];
  };
  "for reading" = {
    expr =
      (shop {
        command = "plan";
        show = "full";
        on = [
          "web1"
          "web3"
          "database*"
        ];
      }).text;
    expected = builtins.readFile ../expected/plan.txt;
  };
  "in short for reading" = {
    expr =
      (shop {
        command = "plan";
        on = [
          "web1"
          "web3"
          "database*"
        ];
      }).text;
    expected = builtins.readFile ../expected/plan-waves.txt;
  };
  "a command before an activation waits for no more than the copy" = {
    expr = builtins.filter (lib.hasPrefix "command") (
      lib.splitString "\n"
        (planFor {
          network.name = "home";
          nodes.alpha = { };
          deploy.steps.dump = {
            kind = "command";
            on = "alpha";
            after = [ "copy:alpha" ];
            before = [ "activate:alpha" ];
            command = "true";
          };
        } { command = "plan"; }).text
    );
    expected = [ "command dump on alpha   after the copy of alpha" ];
  };
  "of many nodes in short some are named, and what is out of the ordinary is told of all that have it" =
    {
      expr = lib.take 3 (lib.splitString "\n" (planFor (groups 200) { command = "plan"; }).text);
      expected = [
        "network home: 400 nodes, 1200 steps"
        "wave 1  a1, a10, a100, a101, a102, a103, a104, a105, a106, a107, a108, a109, … (200)"
        "wave 2  b1, b10, b100, b101, b102, b103, b104, b105, b106, b107, b108, b109, … (200)   after wave 1"
      ];
    };
  "orders between groups for reading" = {
    expr = builtins.filter (lib.hasInfix "groups") (
      lib.splitString "\n"
        (planFor (groups 5) {
          preview = true;
          show = "full";
        }).text
    );
    expected = lib.replicate 4 "│  └─ activate  after the order groups, copy" ++ [
      "   └─ activate  after the order groups, copy"
      "└─ groups: after activate:a1, activate:a2, activate:a3, activate:a4, activate:a5"
    ];
  };
  "as a picture" = {
    expr = (home { show = "dot"; }).text;
    expected = builtins.readFile ../expected/plan.dot;
  };
  "a preview walks a look at each node that would be built for, and nothing else" = {
    expr =
      let
        document = shop {
          preview = true;
          on = [ "web1" ];
        };
        selected = lib.filterAttrs (_: node: node.selected) document.nodes;
      in
      {
        inherit (document) steps rollouts;
        inherit (document) programs;
        inherit (document.evaluate) toplevels;
        goals = lib.mapAttrs (_: node: node.activation.goal) selected;
        shows = lib.hasInfix "wave 1  web1" document.text;
      };
    expected = {
      steps."activate:web1" = {
        kind = "activate";
        node = "web1";
        after = [ ];
      };
      rollouts = { };
      toplevels = [ "web1" ];
      programs = { };
      goals.web1 = "dry-run";
      shows = true;
    };
  };
  "in a few lines" = {
    expr = (shop { on = [ "web*" ]; }).summary;
    expected = [
      "network shop: 5 nodes, 25 steps"
      "rollout web: 5 nodes in 3 batches"
      "checks of 5 nodes"
    ];
  };
}
