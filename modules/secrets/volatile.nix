# Volatile secrets: sent before each activation and by `netlib run secrets`, switched with the system, gone with a restart of the node.
{ lib }:
{
  table,
  # Whether a node may be restarted in any deployment.
  mayRestart,
}:
let
  script = import ../../lib/programs/script.nix { inherit lib; };
  nodes = table.volatileOf;
  target = "netlib-volatile-secrets.target";

  # What all of these names make: another set of names is another mark.
  completeOf =
    secrets:
    "complete-${
      builtins.substring 0 16 (builtins.hashString "sha256" (toString (builtins.attrNames secrets)))
    }";

  packages = pkgs: [
    pkgs.gnugrep
    # An activation has little in its PATH.
    pkgs.systemd
    pkgs.util-linux
  ];
  run = node: action: ''
    root=/run/netlib-secrets
    complete=${completeOf nodes.${node}}
    ${lib.toShellVars {
      owner_of = lib.mapAttrs (
        _: secret: "${secret.owner}:${lib.optionalString (secret.group != null) secret.group}"
      ) nodes.${node};
      mode_of = lib.mapAttrs (_: secret: secret.mode) nodes.${node};
      units_of = lib.mapAttrs (_: secret: toString secret.restart) nodes.${node};
    }}
    ${builtins.readFile ./memory.sh}
    ${builtins.readFile ./volatile.sh}
    ${action}
  '';

  programs =
    secrets: pkgs:
    pkgs.linkFarm "netlib-volatile-secrets" (
      lib.mapAttrsToList (name: secret: {
        name = "bin/netlib-secret-${name}";
        path = script pkgs "secret-${name}" {
          packages = secret.packages pkgs;
          text = secret.from;
        };
      }) secrets
    );

  stepOf = node: secrets: {
    "secrets-send-${node}" = {
      kind = "command";
      on = node;
      # What does not outlive the restart is sent after it, by what this step leaves at work.
      forRestartOf = node;
      inherit packages;
      input = {
        packages = pkgs: [
          pkgs.openssh
          (programs secrets pkgs)
        ];
        program = ''
          node=${node} names=(${lib.escapeShellArgs (builtins.attrNames secrets)})
          restarts=${lib.optionalString (mayRestart node) "yes"}
          ${builtins.readFile ./feed.sh}
        '';
      };
      command = run node "receive";
      timeout = 300;
    };
  };
  steps = lib.concatMapAttrs stepOf nodes;
in
{
  # Once its system is there, and its batch may begin: nothing is sent for what is not built, or what a rollout does not come to.
  deploySteps = lib.mapAttrs (
    _: step:
    step
    // {
      after = [ "copy:${step.on}" ];
      before = [ "activate:${step.on}" ];
    }
  ) steps;

  plans = lib.optionalAttrs (nodes != { }) {
    secrets = {
      description = "Send volatile secrets to the nodes that get them";
      requests = [ { deploy = false; } ];
      inherit steps;
    };
    deploy.hooks.onConfirm = lib.mapAttrs' (
      node: _:
      lib.nameValuePair "secrets-${node}" {
        on = [ node ];
        inherit packages;
        script = run node "confirmed";
      }
    ) nodes;
  };

  status = lib.mapAttrs' (
    node: secrets:
    lib.nameValuePair "secrets-${node}" {
      column = "secrets";
      on = [ node ];
      program = "if [ -e /run/netlib-secrets/volatile/.${completeOf secrets} ]; then echo 'all there'; else echo awaitingSecrets; fi";
    }
  ) nodes;

  # Also what a restart waits for.
  checks = lib.mapAttrs (_: secrets: {
    volatile-secrets.period = 1;
    volatile-secrets.exec.script = ''
      if [ ! -e /run/netlib-secrets/volatile/.${completeOf secrets} ]; then
        echo 'awaitingSecrets: run netlib run secrets'
        exit 1
      fi
    '';
  }) nodes;

  configure = lib.mapAttrs (
    node: secrets:
    let
      consumers = lib.unique (lib.concatMap (secret: secret.restart) (builtins.attrValues secrets));
    in
    { lib, pkgs, ... }:
    let
      program =
        name: action:
        script pkgs name {
          packages = packages pkgs;
          text = run node action;
        };
    in
    {
      # After a restart, which may come in the middle of a deployment.
      environment.etc."netlib/receive-secrets".source = program "receive-secrets" "receive";
      # Secrets change with the system, whoever switches it: a deployment, its rollback, or nixos-rebuild.
      system.activationScripts.netlib-volatile-secrets = {
        deps = [
          "etc"
          "groups"
          "users"
        ];
        text = ''
          ${program "activating-secrets" ''
            wipe=${program "forget-secrets" "forget"}
            activating "$1"
          ''} "$systemConfig"
        '';
      };
      systemd.targets.netlib-volatile-secrets = {
        description = "Volatile secrets have arrived";
        unitConfig.ConditionPathExists = "/run/netlib-secrets/volatile/.${completeOf secrets}";
      };
      systemd.paths.netlib-volatile-secrets = {
        description = "Wait for volatile secrets";
        wantedBy = [ "multi-user.target" ];
        pathConfig = {
          PathExists = "/run/netlib-secrets/volatile/.${completeOf secrets}";
          Unit = target;
        };
      };
      # Whatever else wants them: without their secrets they are not started, so that nothing of them fails.
      systemd.services = lib.genAttrs (map (lib.removeSuffix ".service") consumers) (_: {
        wantedBy = lib.mkForce [ target ];
        requisite = [ target ];
        after = [ target ];
      });
    }
  ) nodes;
}
