# The programs of modules/git-tracking as plain text, by name, for a network of nodes that have no configuration.
{
  nodes,
  # Those that are the machine on which the programs of the deployer run.
  local ? [ ],
  # { <node> = key; }, { <person> = [ key ]; }
  hostKeys,
  signers,
  settings ? { },
}:
let
  lib = import ../nixpkgs-stub/lib;
  programs = import ../../modules/git-tracking/programs.nix { inherit lib; } {
    settings = {
      inherit signers;
      autoMerge = true;
      requireClean = false;
      requireSignedCommits = false;
      records = {
        keep = 31536000;
        most = 1000;
      };
    }
    // settings;
    network = "network-of-tests";
    nodes = lib.genAttrs nodes (name: {
      local = builtins.elem name local;
    });
    allNodes = nodes;
    approvers = {
      web = signers;
    };
    keyOf = node: hostKeys.${node} or null;
    hostKeyFileOf = _: "/run/host_key";
  };
  forget = import ../../modules/git-tracking/forget.nix { inherit lib; } {
    nodes = lib.genAttrs nodes (_: { });
    inherit (programs) common deployer;
    hasSecrets = true;
  };
  # Packages are those of the machine: `serve` gives the text of a program.
  pkgs = {
    runtimeShell = "/bin/bash";
    writeTextFile = { text, ... }: text;
  }
  // lib.genAttrs [ "coreutils" "git" "gnugrep" "gnused" "openssh" "util-linux" ] (_: "/usr");
  program = text: "#!/bin/bash\nset -eu\n" + text;
  ofNode = node: {
    "push-${node}" = program (programs.push node).command;
    "before-${node}" = program (programs.before node).script;
    "confirm-${node}" = program (programs.confirm node).script;
    "rollback-${node}" = program (programs.rollback node).script;
    "upload-${node}" = programs.serve node "upload-pack" pkgs;
    "forget-${node}" = program forget.steps."forget-${node}".command;
    "receive-${node}" = programs.serve node "receive-pack" pkgs;
  };
in
{
  prepare = program programs.prepare.script;
  # With a time limit of two seconds, and three for nodes.
  notify = program (
    "wanted=(failed rolledBack changed) limit=2 patience=3 name=chat\n"
    + builtins.readFile ../../modules/notifications/notify.sh
  );
  status = program (builtins.readFile ../../modules/git-tracking/status.sh);
  metrics = program (builtins.readFile ../../modules/monitoring/system-metrics.sh);
  forget-prepare = program forget.prepare.forget.script;
  forget-end = program forget.hooks.onEnd.forget.script;
}
// lib.mapAttrs (_: command: program ("set -o pipefail\n" + command.script)) programs.commands
// lib.foldl' (all: node: all // ofNode node) { } nodes
