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
    node=${node} complete=${completeOf nodes.${node}}
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

  stepsOf = node: secrets: {
    "secrets-known-${node}" = {
      kind = "command";
      on = node;
      inherit packages;
      command = run node "known";
      facts.secrets = "[0-9a-f]{32}( [a-z0-9_][a-z0-9_.-]*=[0-9a-f]{64})*";
      timeout = 60;
    };
    "secrets-send-${node}" = {
      kind = "command";
      on = node;
      inherit packages;
      after = [ "secrets-known-${node}" ];
      input = {
        packages = pkgs: [
          pkgs.gnugrep
          pkgs.gnused
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
  steps = lib.concatMapAttrs stepsOf nodes;

  hooks =
    action:
    lib.mapAttrs' (
      node: _:
      lib.nameValuePair "secrets-${node}" {
        on = [ node ];
        inherit packages;
        script = run node action;
      }
    ) nodes;

  # In a deployment only once its system is there: nothing is sent for what is not built.
  inDeployment = lib.mapAttrs (
    id: step:
    if lib.hasPrefix "secrets-send-" id then
      step // { before = [ step.on ]; }
    else
      step // { after = [ "copy:${step.on}" ]; }
  ) steps;
in
{
  deploySteps = inDeployment;

  plans = lib.optionalAttrs (nodes != { }) {
    secrets = {
      description = "Send volatile secrets to the nodes that get them";
      requests = [ { deploy = false; } ];
      inherit steps;
    };
    deploy.hooks = {
      beforeActivate = hooks "before";
      onConfirm = hooks "confirmed";
      onRollback = hooks "back";
    };
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
    {
      # After a restart, which may come in the middle of a deployment.
      environment.etc."netlib/receive-secrets".source = script pkgs "receive-secrets" {
        packages = packages pkgs;
        text = run node "receive";
      };
      # Also in a rollback that asks nobody.
      system.activationScripts.netlib-volatile-secrets = ''
        ${
          script pkgs "activating-secrets" {
            packages = packages pkgs;
            text = run node ''activating "$1"'';
          }
        } "$systemConfig"
      '';
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
