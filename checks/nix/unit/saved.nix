# What `netlib deploy --plan` says of a plan that is not what was saved.
{ subject, ... }:
let
  inherit (subject) lib;
  compare = import ../../../driver/cli/src/saved.nix;
  saved = {
    savedPlan = 3;
    flake = ".#default";
    fingerprint = "f1";
    selection = [ "alpha" ];
    systems.alpha = "/nix/store/1-a";
    programs = { };
    plan = {
      version = 1;
      nodes.alpha = { };
      steps."build:alpha".after = [ ];
    };
  };
in
{
  "a plan is the same when nothing changed" = {
    expr = compare {
      inherit saved;
      now = saved;
    };
    expected = "";
  };
  "a Nix that has no fingerprints compares all the rest, however the flake was named" = {
    expr = compare {
      inherit saved;
      now = saved // {
        fingerprint = null;
        flake = "path:/home/me/net";
      };
    };
    expected = "";
  };
  "whatever differs is named" = {
    expr = compare {
      inherit saved;
      now = saved // {
        fingerprint = "f2";
        selection = [
          "alpha"
          "beta"
        ];
        systems.alpha = "/nix/store/2-a";
        programs = {
          beta = "/nix/store/3-b";
          "the deployer" = "/nix/store/4-d";
        };
        plan = {
          version = 2;
          nodes.alpha = { };
          steps."build:alpha".after = [ "build:beta" ];
        };
      };
    };
    expected = lib.concatMapStrings (line: "\n  ${line}") [
      "the flake or an input has changed since"
      "plan.steps.build:alpha"
      "plan.version: saved 1; now 2"
      "programs.beta: saved none; now /nix/store/3-b"
      "programs.the deployer: saved none; now /nix/store/4-d"
      ''selection: saved ["alpha"]; now ["alpha","beta"]''
      "systems.alpha: saved /nix/store/1-a; now /nix/store/2-a"
    ];
  };
  "of very many differences the number is told" = {
    expr = compare {
      saved.systems = { };
      now.systems = lib.genAttrs (map toString (lib.range 10 24)) (name: name);
    };
    expected =
      lib.concatMapStrings (name: "\n  systems.${name}: saved none; now ${name}") (
        map toString (lib.range 10 21)
      )
      + "\n  and 3 more";
  };
}
