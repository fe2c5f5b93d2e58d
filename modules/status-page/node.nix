# What a node gets that says how it is: a program, a timer, and what it needs to know.
{ lib, netlib }:
{
  table,
  programs,
  node,
  network,
  hostKeyFile,
  # Whether it keeps the network's repository.
  tracks,
  # [ { options; url; } ]: where to, and what curl needs to know for it.
  targets,
}:
{ pkgs, ... }:
let
  script = import ../../lib/programs/script.nix { inherit lib; };
  statements = import ../../lib/statements { inherit lib; };
  checks = table.checksOn node;
  ofChecks =
    value:
    lib.listToAttrs (map (program: lib.nameValuePair program.name (value program.value.check)) checks);
  peers = table.peersOf node;

  program = script pkgs "status-page-node" {
    packages = [
      pkgs.curl
      pkgs.gnugrep
      pkgs.jq
      pkgs.systemd
      pkgs.util-linux
    ]
    ++ lib.optional tracks pkgs.git
    ++ lib.optional (peers != [ ]) pkgs.wireguard-tools;
    text = ''
      node=${node} network=${network} host_key=${lib.escapeShellArg hostKeyFile} statement=${statements.program pkgs}
      tracks=${lib.optionalString tracks "yes"} facts=${./facts.jq} checks_folder=${
        programs.programs pkgs "status-page-${node}" checks
      }
      declare -A subject_of=() name_of=() limit_of=() peer_of=()
      ${lib.toShellVars {
        targets = map (target: "${target.options} ${target.url}") targets;
        subject_of = ofChecks (check: check.subject);
        name_of = ofChecks (check: check.name);
        limit_of = ofChecks (check: toString check.timeout);
        peer_of = lib.listToAttrs (map (peer: lib.nameValuePair peer.key peer.name) peers);
      }}
      ${builtins.readFile ./node.sh}
    '';
  };
in
{
  systemd.services.netlib-status-page-node = {
    description = "Say how this node is";
    after = [ "network.target" ];
    serviceConfig = {
      Type = "exec";
      ExecStart = program;
      TimeoutStopSec = 5;
      # Nothing here is worth a failed unit on the page.
      SuccessExitStatus = "0 1 TERM";
      Nice = 10;
      CPUWeight = 20;
    };
  };
  systemd.timers.netlib-status-page-node = {
    description = "Say how this node is";
    wantedBy = [ "timers.target" ];
    timerConfig = {
      OnActiveSec = "5s";
      OnUnitActiveSec = "${toString table.settings.interval}s";
      RandomizedDelaySec = "${toString (lib.max 1 (table.settings.interval / 10))}s";
      AccuracySec = "1s";
    };
  };
  # What deployments and rollouts leave here is told at once.
  systemd.paths.netlib-status-page-node = {
    description = "Say what was deployed";
    wantedBy = [ "multi-user.target" ];
    pathConfig.PathChanged = "/var/lib/netlib";
  };
}
