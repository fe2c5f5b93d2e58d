# The module's example from its README as a test, and what is refused.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.backup
        modules.wireguard-mesh
        module
      ];
      network.name = "example";
    };
  example = evaluate ./example.nix;
  tableWith =
    settings:
    import ./table.nix { inherit lib; } "daily" (
      lib.recursiveUpdate example.config.backup.daily settings
    );
  table = tableWith { };

  many = lib.genAttrs (map (index: "n${toString index}") (lib.range 1 40)) (_: { });
  startsIn =
    minutes:
    lib.mapAttrsToList (_: client: client.startAt)
      (tableWith {
        clients = many;
        window = {
          start = "23:30";
          inherit minutes;
        };
      }).clients;

  failures =
    settings:
    map (item: item.message) (
      builtins.filter (item: !item.assertion)
        (evaluate {
          nodes.vault.addresses = [ "192.0.2.10" ];
          nodes.web.addresses = [ "192.0.2.20" ];
          backup = settings;
        }).config.assertions
    );
  says =
    words: settings:
    builtins.any (lib.hasInfix words) (failures {
      daily = good // settings;
    });
  good = {
    servers.vault = { };
    clients.web.paths = [ "/home" ];
    recoveryKeys = [ ];
  };
in
{
  "the README's example: what nodes are asked for" = {
    expr = lib.mapAttrs (
      _: node: builtins.filter (fact: !lib.hasPrefix "wireguard" fact) (builtins.attrNames node.facts)
    ) example.plan.nodes;
    expected = {
      mail = [
        "backup-daily-key"
        "backup-daily-recovery"
      ];
      vault = [ "ssh-host-key" ];
      web = [
        "backup-daily-key"
        "backup-daily-recovery"
      ];
    };
  };

  "the server comes before its clients" = {
    expr = example.plan.steps."activate:mail".after;
    expected = [
      "activate:vault"
      "copy:mail"
    ];
  };

  "another client moves nobody's schedule" = {
    expr = builtins.intersectAttrs table.clients (tableWith { clients = many; }).clients;
    expected = table.clients;
  };

  "schedules stay in the window, over midnight too, and spread" = {
    expr = {
      narrow = lib.unique (startsIn 1);
      inWindow = builtins.all (start: lib.hasInfix " 23:" start || lib.hasInfix " 00:" start) (
        startsIn 60
      );
      spread = builtins.length (lib.unique (startsIn 240)) > 20;
    };
    expected = {
      narrow = [ "*-*-* 23:30:00" ];
      inWindow = true;
      spread = true;
    };
  };

  "as it should be, nothing is refused" = {
    expr = failures { daily = good; };
    expected = [ ];
  };
  "a client says what to back up" = {
    expr = says "backup.daily.clients.web.paths is empty" { clients.web = { }; };
    expected = true;
  };
  "nobody keeps their own backup" = {
    expr = says "a node cannot keep its own backup" { clients.vault.paths = [ "/home" ]; };
    expected = true;
  };
  "a server is one" = {
    expr = says "\"web\" is no server of this backup. Servers are: \"vault\"" {
      clients.vault = {
        paths = [ "/home" ];
        server = "web";
      };
    };
    expected = true;
  };
  "clients need a server" = {
    expr = says "has clients but no server" { servers = { }; };
    expected = true;
  };
  "something is kept" = {
    expr = says "keeps nothing" {
      keep = {
        daily = 0;
        weekly = 0;
        monthly = 0;
      };
    };
    expected = true;
  };
  "instances do not share a directory" = {
    expr = builtins.any (lib.hasInfix "use the same directory vault:/srv/backup") (failures {
      a = good // {
        servers.vault.path = "/srv/backup";
      };
      b = good // {
        servers.vault.path = "/srv/backup";
      };
    });
    expected = true;
  };
}
