# The module's example from its README as a test, and what it refuses.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.backup
        module
      ];
      network.name = "example";
    };
  tablesOf =
    evaluated:
    lib.mapAttrs (import ./table.nix {
      inherit lib;
      inherit (subject) netlib;
    }) evaluated.config.backup;
  example = evaluate ./example.nix;

  timesOf =
    evaluated:
    lib.mapAttrs (
      _: client: lib.listToAttrs (map (job: lib.nameValuePair job.server job.startAt) client.jobs)
    ) (tablesOf evaluated).main.clients;

  startAt = import ./schedule.nix { inherit lib; };

  failures =
    module:
    map (item: item.message) (
      builtins.filter (item: !item.assertion) (evaluate { imports = [ module ]; }).config.assertions
    );
  home = {
    nodes = {
      alpha = { };
      beta = { };
      gamma = { };
    };
  };
  edgesOf =
    evaluated: node:
    builtins.filter (lib.hasPrefix "activate:") evaluated.plan.steps."activate:${node}".after;
in
{
  "the README's example: facts, checks and order" = {
    expr = {
      facts = lib.mapAttrs (_: node: builtins.attrNames node.facts) example.plan.nodes;
      checks = lib.mapAttrs (_: node: builtins.attrNames node.checks) example.plan.nodes;
      order = edgesOf example "web";
    };
    expected = {
      facts = {
        shop = [
          "backup-main"
          "backup-main-recovery"
        ];
        vault = [ "ssh-host-key" ];
        web = [
          "backup-main"
          "backup-main-recovery"
        ];
      };
      checks = {
        shop = [
          "backup-main-client"
          "backup-main.vault"
        ];
        vault = [ "backup-main-server" ];
        web = [
          "backup-main-client"
          "backup-main.vault"
        ];
      };
      order = [ "activate:vault" ];
    };
  };

  "the README's example: what is backed up where, and when" = {
    expr = {
      times = timesOf example;
      paths = (tablesOf example).main.clients.shop.paths;
      directory = (tablesOf example).main.servers.vault.directory;
    };
    expected = {
      times = {
        shop.vault = "*-*-* 03:10:52";
        web.vault = "*-*-* 02:00:39";
      };
      paths = [
        "/home"
        "/var/lib"
        "/srv/shop"
        "/var/backup"
      ];
      directory = "/mnt/vault/backup";
    };
  };

  "another client or server moves nobody's time" = {
    expr =
      let
        more = timesOf (evaluate {
          imports = [ ./example.nix ];
          nodes.mail = { };
          nodes.attic = { };
          backup.main.clients.mail = { };
          backup.main.servers.attic = { };
        });
      in
      {
        web = more.web.vault;
        count = builtins.length (lib.unique (lib.concatMap builtins.attrValues (builtins.attrValues more)));
      };
    expected = {
      web = (timesOf example).web.vault;
      count = 6;
    };
  };

  "a server's sshd is asked where other nodes reach it, unless the instance says another port" = {
    expr =
      map
        (
          module:
          (tablesOf (evaluate {
            imports = [
              home
              module
            ];
            nodes.alpha.target.port = 2201;
            backup.main = {
              servers.alpha = { };
              clients.beta = { };
              paths = [ "/home" ];
            };
          })).main.servers.alpha.port
        )
        [
          { }
          { ssh-host-keys.alpha.port = 22; }
          { backup.main.servers.alpha.port = 2202; }
        ];
    expected = [
      2201
      22
      2202
    ];
  };

  "starts stay within the window, also over midnight, and are spread over it" =
    let
      times = schedule: map (number: startAt schedule (toString number)) (lib.range 1 200);
      isWithin = pattern: builtins.all (time: builtins.match pattern time != null);
      night = times {
        every = "day";
        start = "23:08";
        window = 120;
      };
      weekly = times {
        every = "week";
        start = "08:00";
        window = 60;
      };
      hourly = times {
        every = "hour";
        start = "00:00";
        window = 1;
      };
    in
    {
      expr = {
        night = isWithin "\\*-\\*-\\* (23:(0[89]|[1-5].)|00:..|01:0[0-7]):[0-5][0-9]" night;
        bothSides = map (hour: builtins.any (lib.hasInfix " ${hour}:") night) [
          "23"
          "00"
          "01"
        ];
        weekly = isWithin "(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \\*-\\*-\\* 08:[0-5][0-9]:[0-5][0-9]" weekly;
        weekdays = builtins.length (lib.unique (map (builtins.substring 0 3) weekly));
        hourly = isWithin "\\*-\\*-\\* \\*:[0-5][0-9]:[0-5][0-9]" hourly;
        spread = builtins.length (lib.unique hourly) > 180;
      };
      expected = {
        night = true;
        bothSides = [
          true
          true
          true
        ];
        weekly = true;
        weekdays = 7;
        hourly = true;
        spread = true;
      };
    };

  "two nodes that keep each other's backups have no order, a third comes after both" =
    let
      mutual = evaluate {
        imports = [ home ];
        backup.main = {
          servers = {
            alpha = { };
            beta = { };
          };
          clients = {
            alpha = { };
            beta = { };
            gamma = { };
          };
          paths = [ "/home" ];
        };
      };
    in
    {
      expr = {
        order = lib.genAttrs [ "alpha" "beta" "gamma" ] (edgesOf mutual);
        servers = lib.mapAttrs (_: client: client.servers) (tablesOf mutual).main.clients;
      };
      expected = {
        order = {
          alpha = [ ];
          beta = [ ];
          gamma = [
            "activate:alpha"
            "activate:beta"
          ];
        };
        servers = {
          alpha = [ "beta" ];
          beta = [ "alpha" ];
          gamma = [
            "alpha"
            "beta"
          ];
        };
      };
    };

  "nobody who could restore: a warning, until somebody is named or it is declined" = {
    expr =
      map
        (
          recoveryRecipients:
          builtins.length
            (evaluate {
              imports = [ home ];
              backup.main = {
                inherit recoveryRecipients;
                servers.alpha = { };
                clients.beta = { };
                paths = [ "/home" ];
              };
            }).plan.warnings
        )
        [
          [ ]
          null
          [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOPFEMWDJ2EGF+zR1SMDuTHSVEj3YDyBj8Rn2gkeZtSG me" ]
        ];
    expected = [
      1
      0
      0
    ];
  };

  "what is refused" = {
    expr =
      map
        (
          backup:
          failures {
            _file = "/home/me/backup.nix";
            imports = [ home ];
            inherit backup;
          }
        )
        [
          {
            main = {
              servers.alpha = { };
              clients.beta = { };
            };
          }
          {
            main = {
              servers.alpha = { };
              clients.alpha = { };
              paths = [ "/home" ];
            };
          }
          {
            main = {
              servers.alpha = { };
              clients.beta.servers = [
                "beta"
                "gamma"
              ];
              paths = [ "/home" ];
            };
          }
          {
            "not.a.name" = { };
          }
        ];
    expected = [
      [
        "backup.main.clients.beta has nothing to back up. Set backup.main.clients.beta.paths or backup.main.paths, in `/home/me/backup.nix`."
      ]
      [
        "backup.main.clients.alpha has no server: a node is no backup of itself. Add another node to backup.main.servers, in `/home/me/backup.nix`."
      ]
      [
        "backup.main.clients.beta.servers names `beta` itself. Take it out, in `/home/me/backup.nix`."
        "backup.main.clients.beta.servers: `beta`, `gamma` is no server of this instance. Servers are: `alpha`, in `/home/me/backup.nix`."
      ]
      [
        "backup.\"not.a.name\": the name of an instance has at most 40 letters, digits, _ and -, starting with a letter or digit. Rename it, in `/home/me/backup.nix`."
      ]
    ];
  };

  "two instances in one directory are refused with both files" =
    let
      instance = name: clients: {
        _file = "/home/me/${name}.nix";
        backup.${name} = {
          servers.alpha.directory = "/backup";
          inherit clients;
          paths = [ "/home" ];
        };
      };
    in
    {
      expr = failures {
        imports = [
          home
          (instance "one" {
            beta = { };
            gamma = { };
          })
          (instance "two" {
            beta = { };
            gamma = { };
          })
        ];
      };
      expected = [
        (
          "backup.one.servers.alpha.directory and backup.two.servers.alpha.directory are the same directory, in which both would have the repositories of the same clients. "
          + "Set one of them to another, in `/home/me/one.nix` and `/home/me/two.nix`."
        )
      ];
    };
}
