# The module's example from its README as a test, and what it refuses.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.remote-builders
        module
      ];
      network.name = "example";
    };
  example = evaluate ./example.nix;
  failures =
    evaluated:
    map (item: item.message) (builtins.filter (item: !item.assertion) evaluated.config.assertions);
  says = words: module: builtins.any (lib.hasInfix words) (failures (evaluate module));
in
{
  "the README's example: keys are asked of clients, the host key of the builder" = {
    expr = lib.mapAttrs (_: node: builtins.attrNames node.facts) example.plan.nodes;
    expected = {
      alpha = [ "remote-builders-main-ssh" ];
      beta = [ "remote-builders-main-ssh" ];
      gamma = [ "ssh-host-key" ];
    };
  };

  "the README's example: the builder comes first and is looked at by its first client" = {
    expr = {
      inherit (example.config.deploy.order.remote-builders-main) nodes after;
      inherit (example.config.checks.gamma.remote-builders-main.from) node;
      nothing = failures example;
    };
    expected = {
      nodes = [
        "alpha"
        "beta"
      ];
      after = [ "gamma" ];
      node = "alpha";
      nothing = [ ];
    };
  };

  "builders that are each other's clients have no order" = {
    expr =
      (evaluate {
        nodes.alpha = { };
        nodes.beta = { };
        remote-builders.main = {
          builders.alpha = { };
          builders.beta = { };
          clients = [ "*" ];
        };
      }).config.deploy.order.remote-builders-main.nodes;
    expected = [ ];
  };

  "a builder that trusts its clients is said to be theirs" = {
    expr = {
      trusted =
        (evaluate {
          imports = [ ./example.nix ];
          remote-builders.main.builders.gamma.trusted = true;
        }).plan.warnings;
      untrusted = example.plan.warnings;
    };
    expected = {
      trusted = [
        "remote-builders.main.builders.gamma.trusted: root of alpha, beta is as good as root of gamma."
      ];
      untrusted = [ ];
    };
  };

  "a pool without builders is refused" = {
    expr = says "remote-builders.main.builders is empty" {
      nodes.alpha = { };
      remote-builders.main.clients = [ "alpha" ];
    };
    expected = true;
  };

  "a builder that nobody uses is refused" = {
    expr = says "nobody builds on `alpha`" {
      nodes.alpha = { };
      remote-builders.main.builders.alpha = { };
    };
    expected = true;
  };

  "a client that is the only builder is refused" = {
    expr = says "`alpha` could only build on itself" {
      nodes.alpha = { };
      nodes.beta = { };
      remote-builders.main.builders.alpha = { };
      remote-builders.main.clients = [
        "alpha"
        "beta"
      ];
    };
    expected = true;
  };

  "two pools with one account on a builder are refused" = {
    expr = says "remote-builders.a and remote-builders.b use the same account `builder` on `beta`" {
      nodes.alpha = { };
      nodes.beta = { };
      remote-builders =
        lib.genAttrs
          [
            "a"
            "b"
          ]
          (_: {
            builders.beta = { };
            clients = [ "alpha" ];
            user = "builder";
          });
    };
    expected = true;
  };

  "a name that fits no account is refused" = {
    expr = says "the name of an instance is part of host and account names" {
      nodes.alpha = { };
      nodes.beta = { };
      remote-builders."Our builders" = {
        builders.beta = { };
        clients = [ "alpha" ];
        user = "builder";
      };
    };
    expected = true;
  };
}
