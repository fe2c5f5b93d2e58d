# Plans: their arguments, their requests, their hooks, and what is wrong with them.
{ subject, ... }:
let
  inherit (subject) lib;
  network =
    module:
    subject.evaluate {
      imports = [ module ];
      network.name = "plans";
      nodes.alpha = { };
      nodes.beta.tags = [ "edge" ];
    };
  run =
    plan: request:
    (network {
      plans.it = {
        description = "It";
      }
      // plan;
    }).planFor
      (
        {
          command = "run";
          plan = "it";
        }
        // request
      );
  command = on: {
    kind = "command";
    inherit on;
    command = "true";
  };
  shown = document: {
    inherit (document) problems;
    steps = lib.mapAttrs (_: step: step.after) document.steps;
  };
  hook = {
    script = "true";
  };
in
{
  "arguments by name, by position and with their defaults" = {
    expr =
      let
        document =
          run
            {
              arguments = {
                node = {
                  description = "Which";
                  type = "node";
                  position = 1;
                };
                times = {
                  description = "How often";
                  type = "number";
                  default = 1;
                };
                from-disk = {
                  description = "From where";
                  default = "sda";
                };
                loud = {
                  description = "Whether";
                  type = "flag";
                };
              };
            }
            {
              words = [
                "beta"
                "--times=7"
                "--loud"
                "--on"
                "alpha"
                "--on=@edge"
                "--goal"
                "boot"
                "--reboot"
              ];
            };
      in
      {
        inherit (document) problems;
        inherit (document.run) arguments environment;
        inherit (document.request) on goal reboot;
      };
    expected = {
      problems = [ ];
      arguments = {
        node = "beta";
        times = 7;
        from-disk = "sda";
        loud = true;
      };
      environment = {
        NETLIB_ARG_NODE = "beta";
        NETLIB_ARG_TIMES = "7";
        NETLIB_ARG_FROM_DISK = "sda";
        NETLIB_ARG_LOUD = "true";
      };
      on = [
        "alpha"
        "@edge"
      ];
      goal = "boot";
      reboot = true;
    };
  };
  "what is wrong with words is text" = {
    expr =
      (run
        {
          arguments = {
            node = {
              description = "Which";
              type = "node";
              position = 1;
            };
            size.description = "How much";
            times = {
              description = "How often";
              type = "number";
            };
          };
        }
        {
          words = [
            "gamma"
            "more"
            "--tmes"
            "--times=08"
            "--goal"
            "swich"
            "--on"
          ];
        }
      ).problems;
    expected = [
      "node: there is no node `gamma`. Nodes are `alpha`, `beta`."
      "the plan `it` takes no `more`: see netlib run it --help."
      "the plan `it` has no option `--tmes`. Did you mean `--times`? It has `--goal`, `--on`, `--reboot`, `--size`, `--times`."
      "--times is a whole number, not `08`."
      "--goal cannot be `swich`. Did you mean `switch`? It is one of `boot`, `build`, `copy`, `dry-activate`, `switch`, `test`."
      "--on needs a value."
      "the plan `it` needs `--size …`: How much."
    ];
  };
  "what is wrong with declared arguments is text" = {
    expr =
      (run {
        arguments =
          lib.mapAttrs
            (
              _: argument:
              {
                description = "It";
                default = "x";
              }
              // argument
            )
            {
              "a b" = { };
              a_b = { };
              on = { };
              help = { };
              first.position = 1;
              other.position = 1;
              times.type = "number";
              loud.type = "flag";
              good-1 = { };
            };
      } { }).problems;
    expected =
      let
        named =
          argument:
          "plans.it.arguments.\"${argument}\": a name has lower-case letters, digits and -, begins with a letter and is none of `goal`, `on`, `reboot`, `help`.";
      in
      [
        (named "a b")
        (named "a_b")
        (named "help")
        "plans.it.arguments.\"loud\": its default is not of its type, flag."
        (named "on")
        "plans.it.arguments.\"times\": its default is not of its type, number."
        "plans.it.arguments: positions are 1, 2 and so on, each once."
      ];
  };
  "a plan that is not there" = {
    expr = map (plan: (run { } { inherit plan; }).problems) [
      null
      "its"
    ];
    expected = [
      [ "name a plan: netlib run <plan>. Plans are `deploy`, `it`." ]
      [ "there is no plan `its`. Did you mean `it`? Plans are `deploy`, `it`." ]
    ];
  };
  "each request has its steps, in order with those of a deployment" = {
    expr =
      let
        plan = {
          prepare.fetch = hook;
          prepare.merge = hook;
          requests = [
            {
              deploy = false;
              steps = [
                "ask"
                "keep"
              ];
            }
            {
              steps = [ "tell" ];
              goal = "boot";
            }
          ];
          steps = {
            ask = command "alpha" // {
              before = [ "keep" ];
            };
            keep = command "deployer";
            tell = command "deployer" // {
              after = [ "alpha" ];
            };
          };
        };
        stage =
          number:
          run plan {
            stage = number;
            on = [ "alpha" ];
          };
      in
      map
        (
          number:
          shown (stage number)
          // {
            toplevels = (stage number).evaluate.toplevels;
            stages = (stage number).run.stages;
          }
        )
        [
          0
          1
          2
        ];
    expected = [
      {
        problems = [ ];
        steps = {
          "prepare:fetch" = [ ];
          "prepare:merge" = [ "prepare:fetch" ];
        };
        toplevels = [ ];
        stages = 3;
      }
      {
        problems = [ ];
        steps = {
          ask = [ ];
          keep = [ "ask" ];
        };
        toplevels = [ ];
        stages = 3;
      }
      {
        problems = [ ];
        steps = {
          "build:alpha" = [ ];
          "copy:alpha" = [ "build:alpha" ];
          "activate:alpha" = [ "copy:alpha" ];
        };
        toplevels = [ "alpha" ];
        stages = 3;
      }
    ];
  };
  "a plan that deploys is prepared as deployments are, with their arguments and their end" = {
    expr =
      let
        evaluated = network {
          plans.deploy = {
            arguments.force = {
              type = "flag";
              description = "Whether";
            };
            prepare.git = hook;
            hooks.onEnd.tell = hook;
          };
          plans.it = {
            description = "It";
            arguments.times = {
              type = "number";
              description = "How often";
              position = 1;
            };
            # No more than its own.
            targets = { times }: { alpha.port = times; };
            prepare.git = hook;
            hooks.onEnd.tell = hook;
            requests = [
              { }
              {
                deploy = false;
                steps = [ ];
              }
              { }
            ];
          };
          plans.look = {
            description = "Look";
            requests = [ { deploy = false; } ];
          };
        };
        run =
          plan: words: stage:
          evaluated.planFor {
            command = "run";
            inherit plan words stage;
          };
        ofStage =
          stage:
          let
            document = run "it" [
              "22"
              "--force"
            ] stage;
          in
          {
            programs = lib.mapAttrs (_: step: step.program or "") document.steps;
            inherit (document.run) stages;
            force = document.run.environment.NETLIB_ARG_FORCE;
            ends = builtins.attrNames document.run.onEnd;
            isNamed = document.run ? planDigest;
          };
        look = run "look" [ ] 0;
      in
      {
        it = map (stage: removeAttrs (ofStage stage) [ "programs" ]) [ 0 ];
        prepares = map (stage: (ofStage stage).programs) [
          0
          3
        ];
        isNamed = map (stage: (ofStage stage).isNamed) [
          0
          1
          2
        ];
        activates = map (stage: (ofStage stage).programs ? "activate:alpha") [
          1
          2
          4
        ];
        builds = (run "it" [ "22" "--goal" "build" ] 0).run.stages;
        look = {
          inherit (look.run) stages onEnd;
          arguments = (run "look" [ "--force" ] 0).problems;
        };
      };
    expected = {
      it = [
        {
          stages = 5;
          force = "true";
          ends = [
            "end-deploy.tell"
            "end-it.tell"
          ];
          isNamed = false;
        }
      ];
      prepares = [
        {
          "prepare:git" = "prepare-it.git";
          "prepare:deploy.git" = "prepare-deploy.git";
        }
        { "prepare:deploy.git" = "prepare-deploy.git"; }
      ];
      isNamed = [
        false
        true
        true
      ];
      activates = [
        true
        false
        true
      ];
      builds = 3;
      look = {
        stages = 1;
        onEnd = { };
        arguments = [
          "the plan `look` has no option `--force`. It has `--goal`, `--on`, `--reboot`."
        ];
      };
    };
  };
  "an argument that deployments have is nobody else's" = {
    expr =
      let
        evaluated = network {
          plans.deploy.arguments.force = {
            type = "flag";
            description = "Whether";
          };
          plans.it = {
            description = "It";
            arguments.force = {
              type = "flag";
              description = "Something else";
            };
          };
        };
      in
      (evaluated.planFor {
        command = "run";
        plan = "it";
      }).problems;
    expected = [
      "plans.it.arguments.\"force\": the plan `deploy` has an argument of this name, which all plans that deploy take. Choose another name."
    ];
  };
  "what ends a deployment ends a rollback" = {
    expr =
      let
        ofModule =
          module:
          let
            document = (network module).planFor {
              command = "rollback";
              on = [ "alpha" ];
            };
          in
          {
            ends = builtins.attrNames (document.run.onEnd or { });
            inherit (document) evaluate;
            steps = builtins.attrNames document.steps;
          };
      in
      [
        (ofModule { plans.deploy.hooks.onEnd.tell = hook; })
        (ofModule { plans.deploy.prepare.git = hook; })
      ];
    expected = [
      {
        ends = [ "end-deploy.tell" ];
        evaluate = {
          toplevels = [ ];
          deployerPrograms = [ "deployer" ];
        };
        steps = [ "rollback:alpha" ];
      }
      {
        ends = [ ];
        evaluate.toplevels = [ ];
        steps = [ "rollback:alpha" ];
      }
    ];
  };
  "steps of every kind" = {
    expr =
      (run {
        steps = {
          load = command "beta" // {
            input.program = "seq 3";
            facts.lines = "[0-9]+";
            after = [ "alpha" ];
          };
          restart = {
            kind = "reboot";
            on = "beta";
            after = [ "beta" ];
            before = [ "rest" ];
          };
          rest = {
            kind = "barrier";
          };
          look = command "deployer" // {
            after = [ "rest" ];
          };
        };
      } { on = [ "beta" ]; }).steps;
    expected = {
      "build:beta" = {
        kind = "build";
        node = "beta";
        after = [ ];
      };
      "copy:beta" = {
        kind = "copy";
        node = "beta";
        after = [ "build:beta" ];
      };
      "activate:beta" = {
        kind = "activate";
        node = "beta";
        after = [ "copy:beta" ];
      };
      load = {
        kind = "command";
        on = "node:beta";
        node = "beta";
        program = "plan-it.load";
        timeout = 600;
        input = "feed-plan-it.load";
        facts.lines = "[0-9]+";
        after = [ ];
      };
      restart = {
        kind = "reboot";
        node = "beta";
        after = [ "activate:beta" ];
      };
      look = {
        kind = "command";
        on = "deployer";
        program = "plan-it.look";
        timeout = 600;
        after = [ "restart" ];
      };
    };
  };
  "hooks of the plan and of every deployment, where they are" = {
    expr =
      let
        evaluated = network {
          plans.deploy.hooks.beforeActivate.all = hook;
          plans.it = {
            description = "It";
            hooks.onConfirm.edge = hook // {
              on = [ "@edge" ];
              timeout = 5;
            };
            hooks.onEnd.tell = hook;
          };
        };
        hooks = document: lib.mapAttrs (_: node: node.activation.hooks or { }) document.nodes;
        it = evaluated.planFor {
          command = "run";
          plan = "it";
        };
      in
      {
        it = hooks it;
        inherit (it.run) onEnd;
        here = it.programs ? deployer;
        deploy = hooks (evaluated.planFor { });
        exec = hooks (evaluated.planFor { command = "exec"; });
      };
    expected =
      let
        all = [
          {
            program = "hook-deploy.beforeActivate.all";
            timeout = 60;
          }
        ];
      in
      {
        it = {
          alpha.beforeActivate = all;
          beta = {
            beforeActivate = all;
            onConfirm = [
              {
                program = "hook-it.onConfirm.edge";
                timeout = 5;
              }
            ];
          };
        };
        onEnd."end-it.tell" = {
          kind = "command";
          on = "deployer";
          program = "end-it.tell";
          timeout = 60;
        };
        here = true;
        deploy = {
          alpha.beforeActivate = all;
          beta.beforeActivate = all;
        };
        exec = {
          alpha = { };
          beta = { };
        };
      };
  };
  "another target for a run" = {
    expr =
      (run
        {
          arguments.at = {
            description = "Where";
          };
          targets = arguments: {
            beta = {
              host = arguments.at;
              port = 2222;
              hostKey = "ssh-ed25519 AAAA";
            };
          };
        }
        {
          words = [
            "--at"
            "192.0.2.7"
          ];
          on = [ "beta" ];
        }
      ).nodes.beta.target;
    expected = {
      host = "192.0.2.7";
      local = false;
      port = 2222;
      sshOptions = [
        "-o"
        "UserKnownHostsFile=/dev/null"
        "-o"
        "GlobalKnownHostsFile=/dev/null"
        "-o"
        "StrictHostKeyChecking=yes"
        "-o"
        "KnownHostsCommand=/usr/bin/env echo %H ssh-ed25519 AAAA"
      ];
      user = "root";
    };
  };
  "steps that cannot be are said when the plan is run, and only then" = {
    expr =
      let
        evaluated = network {
          plans.it = {
            description = "It";
            requests = [ { steps = [ "nothing" ]; } ];
            steps = {
              a = {
                kind = "command";
                on = "alpha";
              };
              b = {
                kind = "reboot";
                on = "deployer";
              };
              c = command "deployer" // {
                input.program = "true";
                after = [ "activate:gamma" ];
              };
              d = { };
            };
          };
        };
      in
      {
        inherit
          (evaluated.planFor {
            command = "run";
            plan = "it";
          })
          problems
          ;
        deploy = (evaluated.planFor { }).problems;
      };
    expected = {
      problems = [
        "plans.it.steps.\"a\": a command says what it does: set `command` to a shell script."
        "plans.it.steps.\"b\": a restart says of which node: set `on` to a node. Nodes are `alpha`, `beta`."
        "plans.it.steps.\"c\": only a command on a node has an `input`."
        "plans.it.steps.\"d\": there is no such step, and it does not say what it does: set `kind`."
        "plans.it.steps: there is no step `activate:gamma`."
        "plans.it.requests: there is no step `nothing`. Its own steps are `a`, `b`, `c`, `d`."
      ];
      deploy = [ ];
    };
  };
  "what prepares a run does not need a network that holds together" = {
    expr =
      let
        evaluated = network {
          assertions = [
            {
              assertion = false;
              message = "no";
            }
          ];
          plans.it = {
            description = "It";
            prepare.mend = hook;
          };
        };
        works =
          request:
          (builtins.tryEval (
            builtins.deepSeq (evaluated.planFor (
              {
                command = "run";
                plan = "it";
              }
              // request
            )) true
          )).success;
      in
      map works [
        { }
        { stage = 1; }
        { command = "deploy"; }
      ];
    expected = [
      true
      false
      false
    ];
  };
}
