# Nodes, rollouts and steps as plain data, for every document about what a deployment does.
{ lib, errors }:
config:
let
  inherit (config) resolved;
  programs = import ../programs/places.nix { inherit lib; } config;
  kinds = import ./kinds.nix { inherit lib errors; };

  # Sorted and without repetition: the plan does not depend on the order of definitions.
  sortedUnique = ids: builtins.attrNames (lib.genAttrs ids (_: null));

  # What the loop of checks reads: delay, period and timeout in seconds, successes and failures in a row.
  loopWords =
    {
      initialDelay,
      period,
      timeout,
      successThreshold,
      failureThreshold,
    }:
    lib.concatMapStringsSep " " toString [
      initialDelay
      period
      timeout
      successThreshold
      failureThreshold
    ];
  # What a probe may take beyond its own limit.
  slack = 10;

  renderCheck = health: _: check: {
    description = if check.description == null then programs.describe check else check.description;
    from = sortedUnique check.sources;
    settle = loopWords {
      inherit (check)
        initialDelay
        period
        timeout
        failureThreshold
        ;
      successThreshold = lib.max check.successThreshold health.successThreshold;
    };
    # Where nothing was started a moment ago, there is nothing to wait for.
    glance = loopWords {
      initialDelay = 0;
      inherit (check)
        period
        timeout
        successThreshold
        failureThreshold
        ;
    };
    longest =
      (check.period + check.timeout) * (check.successThreshold + check.failureThreshold) + slack;
    inherit (check)
      program
      initialDelay
      period
      timeout
      successThreshold
      failureThreshold
      ;
  };

  healthOf =
    name:
    let
      rollout = resolved.rolloutOf.${name} or null;
      settings = if rollout == null then config.rollout else resolved.rollouts.${rollout}.settings;
      # Nobody waits for who belongs to no rollout, unless the network says how long: two looks in a row decide.
      isBrief = rollout == null && !(builtins.elem "timing.minHealthyTime" settings.defined);
    in
    {
      inherit (settings.timing) healthyDeadline;
      minHealthyTime = if isBrief then 0 else settings.timing.minHealthyTime;
      successThreshold = if isBrief then 2 else 1;
    };

  renderNode =
    name: node:
    {
      target = {
        inherit (node.target)
          host
          user
          port
          sshOptions
          local
          ;
      }
      // lib.optionalAttrs (node.target.previous != null) { inherit (node.target) previous; };
      inherit (node) system tags role;
      names = lib.concatStringsSep " " ([ name ] ++ node.formerNames);
      roles = resolved.rolesOf.${name};
      activation = {
        inherit (node.activation)
          goal
          timeout
          confirmTimeout
          reboot
          rebootTimeout
          ;
      };
      facts = lib.mapAttrs (_: request: { inherit (request) description pattern; }) (
        config.facts.${name} or { }
      );
      checks = lib.mapAttrs (renderCheck (healthOf name)) (resolved.checks.${name} or { });
      health = healthOf name;
    }
    // lib.optionalAttrs node.mayBeOffline { mayBeOffline = true; };

  renderRollout = _: rollout: {
    inherit (rollout) title;
    inherit (rollout)
      role
      nodes
      coordinator
      standbys
      maxParallel
      maxUnavailable
      maxFailures
      ;
    inherit (rollout.settings.timing)
      minHealthyTime
      healthyDeadline
      progressDeadline
      ;
    inherit (rollout.settings)
      approvers
      autoPromote
      autoRevert
      onUnreachable
      irreversible
      ;
    pause = lib.mapNullable (pause: { inherit (pause) after deadline; }) rollout.settings.pause;
    batches = map (
      batch:
      let
        inherit (rollout.settings) pause;
        isMeant = pause != null && (pause.after == "batch" || batch.canary);
      in
      batch // { pause = if isMeant then pause.deadline else null; }
    ) rollout.batches;
  };

  renderStep =
    id: step:
    {
      inherit (step) kind;
      after = sortedUnique step.after;
    }
    // lib.optionalAttrs (step.afterCompletion or [ ] != [ ] || step.kind == "gate") {
      afterCompletion = sortedUnique step.afterCompletion;
    }
    // (
      if step.kind == "gate" then
        {
          inherit (step) rollout batch;
        }
      else if kinds ? ${step.kind} then
        kinds.${step.kind}.render id step
      else
        {
          inherit (step) node;
        }
    );
in
{
  inherit programs;
  node = renderNode;
  rollout = renderRollout;
  step = renderStep;
  network = { inherit (config.network) name id; };
}
