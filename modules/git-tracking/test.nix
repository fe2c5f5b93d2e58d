# The example as a test: what a deployment is prepared by, and what is refused.
{ subject }:
let
  inherit (subject) lib modules;
  evaluate =
    module:
    subject.evaluate {
      imports = [
        modules.git-tracking
        ./example.nix
        module
      ];
      network.name = "example";
    };
  example = evaluate { };
  failures =
    module:
    map (item: item.message) (
      builtins.filter (item: !item.assertion) (evaluate module).config.assertions
    );
  failsWith = words: module: builtins.any (lib.hasInfix words) (failures module);

  merged =
    ours: theirs:
    builtins.fromJSON (
      import ./merge-lock.nix {
        ours = builtins.toJSON ours;
        theirs = builtins.toJSON theirs;
      }
    );
  lock = inputs: {
    version = 7;
    root = "root";
    nodes = inputs // {
      root.inputs = lib.mapAttrs (name: _: name) inputs;
    };
  };
  pin = lastModified: {
    locked = { inherit lastModified; };
    original.id = "nixpkgs";
  };
in
{
  "each deployment is prepared, and each node gets the commit before its activation" = {
    expr = {
      inherit (example.config.deploy.steps.git-push-alpha)
        kind
        on
        before
        after
        ;
      prepare = builtins.attrNames example.config.plans.deploy.prepare;
      hooks = lib.mapAttrs (_: builtins.attrNames) (
        removeAttrs example.config.plans.deploy.hooks [ "onEnd" ]
      );
    };
    expected =
      let
        each = [
          "git-alpha"
          "git-beta"
          "git-gamma"
        ];
      in
      {
        kind = "command";
        on = "deployer";
        before = [ "activate:alpha" ];
        after = [ "copy:alpha" ];
        prepare = [ "git" ];
        hooks = {
          beforeActivate = each;
          onConfirm = each;
          onRollback = each;
        };
      };
  };

  "fewer nodes can keep it" = {
    expr =
      builtins.attrNames
        (evaluate { git-tracking.nodes = lib.mkForce [ "beta" ]; }).config.plans.deploy.hooks.onConfirm;
    expected = [ "git-beta" ];
  };

  "a key that signs nothing, and signatures of nobody, are refused" = {
    expr = [
      (failures { })
      (failsWith "git-tracking.signers.carl: `ssh-ed25519` is not a whole SSH public key" {
        git-tracking.signers.carl = "ssh-ed25519";
      })
      (failsWith "git-tracking.signers is empty, so nothing could be deployed" {
        git-tracking.requireSignedCommits = true;
        git-tracking.signers = lib.mkForce { };
      })
      (failsWith "git-tracking.signers: `a b` cannot be a name" {
        git-tracking.signers."a b" = [ ];
      })
    ];
    expected = [
      [ ]
      true
      true
      true
    ];
  };

  "of two lock files each input keeps its newer pin, and new inputs are in both" = {
    expr =
      merged
        (lock {
          a = pin 1;
          b = pin 5;
          c = pin 1;
        })
        (lock {
          a = pin 2;
          b = pin 4;
          d = pin 1;
        });
    expected = lock {
      a = pin 2;
      b = pin 5;
      c = pin 1;
      d = pin 1;
    };
  };

  "an input that is another one in each is a conflict" = {
    expr =
      (builtins.tryEval (
        builtins.deepSeq (merged (lock { a = pin 1; }) (lock {
          a = pin 2 // {
            original.id = "other";
          };
        })) true
      )).success;
    expected = false;
  };
}
