# The module's example from its README as a test, and what it refuses.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.ssh-access
        module
      ];
      network.name = "example";
    };
  key = index: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${lib.fixedWidthString 43 "A" (toString index)}";
  tableOf =
    evaluated:
    import ./table.nix {
      inherit lib;
      netlib = subject.netlib;
    } evaluated.config;
  example = evaluate ./example.nix;
  table = tableOf example;

  withPeople =
    people:
    evaluate {
      nodes.alpha = { };
      nodes.beta.facts.ssh-host-key = key 9;
      ssh-access.users = people;
    };
  failures =
    evaluated:
    map (item: item.message) (builtins.filter (item: !item.assertion) evaluated.config.assertions);
  says = words: evaluated: builtins.any (lib.hasInfix words) (failures evaluated);
in
{
  "the README's example: who may log in where as whom" = {
    expr = table.logins;
    expected = {
      alpha = {
        anna = [ "anna" ];
        root = [
          "anna"
          "ben"
        ];
      };
      beta.root = [
        "anna"
        "ben"
      ];
    };
  };

  "the README's example: names of hosts, and those with another port" = {
    expr = lib.mapAttrs (_: host: host.patterns) table.hosts;
    expected = {
      alpha = [
        "alpha"
        "alpha.example.org"
      ];
      beta = [
        "beta"
        "[beta]:2222"
      ];
    };
  };

  "the README's example: a host key is asked of each host, and each is checked" = {
    expr = lib.mapAttrs (_: node: builtins.attrNames node.facts) example.plan.nodes;
    expected = {
      alpha = [ "ssh-host-key" ];
      beta = [ "ssh-host-key" ];
    };
  };

  "a host behind a router: the port of people and the one of the other nodes are both known" = {
    expr =
      let
        host =
          (tableOf (evaluate {
            nodes.alpha.target = {
              host = "router.example.org";
              port = 2201;
            };
            ssh-host-keys.alpha.port = 22;
          })).hosts.alpha;
      in
      {
        inherit (host) patterns port;
      };
    expected = {
      patterns = [
        "alpha"
        "router.example.org"
        "[alpha]:2201"
        "[router.example.org]:2201"
      ];
      port = 22;
    };
  };

  "names in networks of other modules are known too" = {
    expr =
      (tableOf (evaluate {
        nodes.alpha.addresses = [ "alpha.example.org" ];
        ssh-access.names.alpha = [ "git.example.org" ];
        exports.networks.wireguard-mesh-wg0 = {
          label = "wg0";
          members.alpha.addresses = [ "10.0.0.1" ];
        };
      })).hosts.alpha.names;
    expected = [
      "alpha"
      "alpha.example.org"
      "10.0.0.1"
      "alpha.wg0"
      "git.example.org"
    ];
  };

  "so are the names that the module hosts gives" = {
    expr =
      builtins.filter (lib.hasSuffix ".home.arpa")
        (tableOf (evaluate {
          imports = [ modules.hosts ];
          nodes.alpha.addresses = [ "192.0.2.1" ];
          exports.networks.wireguard-mesh-wg0 = {
            label = "wg0";
            members.alpha.addresses = [ "10.0.0.1" ];
          };
          hosts.home.domain = "home.arpa";
        })).hosts.alpha.names;
    expected = [
      "alpha.home.arpa"
      "alpha.wg0.home.arpa"
    ];
  };

  "a lost key is revoked; so are all keys of who has left, whose access ends" = {
    expr =
      let
        left = tableOf (withPeople {
          anna = {
            keys = [ "${key 1} anna" ];
            access.root = [ "alpha" ];
            left = true;
          };
          ben = {
            keys = [ (key 2) ];
            revokedKeys = [ "${key 3} old" ];
            access.root = [ "alpha" ];
          };
        });
      in
      {
        inherit (left) logins revoked;
      };
    expected = {
      logins.alpha.root = [ "ben" ];
      revoked = [
        (key 1)
        (key 3)
      ];
    };
  };

  "with an authority, a host that is not gathered is known by its certificate" = {
    expr = builtins.attrNames table.knownHosts;
    expected = [ "netlib-authority-1" ];
  };

  "without one, its key is needed" = {
    expr = builtins.attrNames (tableOf (withPeople { })).knownHosts;
    expected = [
      "netlib-host-alpha"
      "netlib-host-beta"
    ];
  };

  "known_hosts for people: an external's file" = {
    expr =
      (evaluate {
        externals.laptop = { };
        nodes.alpha.facts.ssh-host-key = key 1;
        nodes.alpha.target.port = 2200;
      }).config.render.laptop.known_hosts.text;
    expected = "alpha,[alpha]:2200 ${key 1}\n";
  };

  "a key of two people is refused with both names" = {
    expr = says "ssh-access.users.anna and ssh-access.users.ben have the same key" (withPeople {
      anna.keys = [ "${key 1} one" ];
      ben.keys = [ "${key 1} two" ];
    });
    expected = true;
  };

  "access without a key is refused" = {
    expr = says "ssh-access.users.anna.keys is empty" (withPeople {
      anna.access.root = [ "alpha" ];
    });
    expected = true;
  };

  "a revoked key in use is refused" = {
    expr = says "has a key that is revoked" (withPeople {
      anna.keys = [ (key 1) ];
      anna.revokedKeys = [ (key 1) ];
    });
    expected = true;
  };

  "a name that is no account is refused" = {
    expr = says "cannot be the name of an account" (withPeople {
      "Anna Q".keys = [ (key 1) ];
    });
    expected = true;
  };

  "access to a node that is no host is refused" = {
    expr = says "which ssh-access.hosts leaves out" (evaluate {
      nodes.alpha = { };
      nodes.beta = { };
      ssh-access.hosts = [ "alpha" ];
      ssh-access.users.anna = {
        keys = [ (key 1) ];
        access.root = [ "beta" ];
      };
    });
    expected = true;
  };

  "the command is made without facts" = {
    expr = lib.hasInfix "ssh-keygen" example.config.commands.ssh-access.script;
    expected = true;
  };
}
