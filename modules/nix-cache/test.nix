# The module's example from its README as a test, and what it refuses.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.nix-cache
        module
      ];
      network.name = "example";
    };
  example = evaluate ./example.nix;
  tableOf =
    evaluated: instance:
    import ./table.nix {
      inherit lib;
      netlib = subject.netlib // {
        inherit
          (import ../../lib/paths.nix {
            inherit lib;
            errors = import ../../lib/errors.nix { inherit lib; };
            inherit (evaluated) config;
          })
          addressOf
          pathTo
          ;
      };
    } evaluated.config instance evaluated.config.nix-cache.${instance};
  table = tableOf example "main";
  failures =
    evaluated:
    map (item: item.message) (builtins.filter (item: !item.assertion) evaluated.config.assertions);
  says = words: module: builtins.any (lib.hasInfix words) (failures (evaluate module));

  nodes = {
    alpha.addresses = [ "alpha.example.org" ];
    beta.addresses = [ "2001:db8::b" ];
  };
  public = evaluate {
    inherit nodes;
    nix-cache.main.servers.beta = {
      port = 8501;
      priority = 10;
    };
  };
in
{
  "the README's example: keys of the server and of who uploads" = {
    expr = lib.mapAttrs (_: node: builtins.attrNames node.facts) example.plan.nodes;
    expected = {
      alpha = [ "nix-cache-main-upload-ssh" ];
      beta = [ ];
      gamma = [
        "nix-cache-main"
        "ssh-host-key"
      ];
    };
  };

  "uploaders that are trusted sign, and a warning says what that means" = {
    expr =
      let
        trusting = evaluate {
          imports = [ ./example.nix ];
          nix-cache.main.trustUploaders = true;
        };
      in
      {
        facts = builtins.attrNames trusting.plan.nodes.alpha.facts;
        inherit (trusting.plan) warnings;
        otherwise = example.plan.warnings;
      };
    expected = {
      facts = [
        "nix-cache-main-upload-signing"
        "nix-cache-main-upload-ssh"
      ];
      warnings = [
        "nix-cache.main.trustUploaders: root of alpha is as good as root of the servers and clients of this cache."
      ];
      otherwise = [ ];
    };
  };

  "the README's example: the server first, checked on itself and from its first client" = {
    expr = {
      inherit (example.config.deploy.order.nix-cache-main) nodes after;
      checks = lib.mapAttrs (_: check: check.from) example.config.checks.gamma;
      nothing = failures example;
    };
    expected = {
      nodes = [
        "alpha"
        "beta"
      ];
      after = [ "gamma" ];
      checks = {
        nix-cache-main = "self";
        nix-cache-main-from-client = {
          node = "alpha";
          role = null;
        };
      };
      nothing = [ ];
    };
  };

  "a server that is reached over a mesh, which may come with the same deployment, is not waited for" =
    {
      expr =
        (evaluate {
          imports = [
            ./example.nix
            ../wireguard-mesh
          ];
          nodes.gamma.addresses = [ "192.168.7.3" ];
          wireguard-mesh.wg0 = {
            subnet = "10.10.0.0/24";
            members = lib.mapAttrs (_: address: { inherit address; }) {
              alpha = "10.10.0.1";
              beta = "10.10.0.2";
              gamma = "10.10.0.3";
            };
          };
          exports.networks.lan.preference = lib.mkForce 90;
        }).config.deploy.order
          ? nix-cache-main;
      expected = false;
    };

  "the README's example: over the network that both are in, whose interface alone is opened" = {
    expr = {
      url = table.servers.gamma.urlFrom "beta";
      inherit (table.servers.gamma) interfaces;
      service = example.config.exports.services.gamma.nix-cache-main.port;
      inherit (example.config.exports.services.gamma.nix-cache-main) clients;
    };
    expected = {
      url = "http://192.168.7.3:5000?priority=30";
      interfaces = [ "eth1" ];
      service = 5000;
      clients = [
        "alpha"
        "beta"
      ];
    };
  };

  "by public addresses: IPv6 in brackets, the port open everywhere" = {
    expr = {
      url = (tableOf public "main").servers.beta.urlFrom "alpha";
      inherit ((tableOf public "main").servers.beta) interfaces;
    };
    expected = {
      url = "http://[2001:db8::b]:8501?priority=10";
      interfaces = null;
    };
  };

  "a cache without servers is refused" = {
    expr = says "nix-cache.main.servers is empty" {
      inherit nodes;
      nix-cache.main = { };
    };
    expected = true;
  };

  "one program twice on a server is refused" = {
    expr = says "nix-cache.a and nix-cache.b both run harmonia on `alpha`" {
      inherit nodes;
      nix-cache.a.servers.alpha = { };
      nix-cache.b.servers.alpha.port = 5001;
    };
    expected = true;
  };

  "two caches on one port are refused" = {
    expr = says "5000" {
      inherit nodes;
      nix-cache.a.servers.alpha = { };
      nix-cache.b.servers.alpha.software = "nix-serve";
    };
    expected = true;
  };

  "two hooks on a node are refused" = {
    expr = says "both upload from `beta`, but Nix runs one hook" {
      inherit nodes;
      nix-cache =
        lib.genAttrs
          [
            "a"
            "b"
          ]
          (name: {
            servers.alpha = lib.optionalAttrs (name == "b") {
              software = "nix-serve";
              port = 5001;
            };
            uploaders = [ "beta" ];
          });
    };
    expected = true;
  };

  "a server that uploads to itself alone is refused" = {
    expr = says "`alpha` would only upload to itself" {
      inherit nodes;
      nix-cache.main.servers.alpha = { };
      nix-cache.main.uploaders = [ "alpha" ];
    };
    expected = true;
  };

  "a name that fits no account is refused" = {
    expr = says "the name of an instance is part of account and key names" {
      inherit nodes;
      nix-cache."The cache" = {
        servers.alpha = { };
        user = "cache";
      };
    };
    expected = true;
  };
}
